#include "base/cgroup.h"

#include <charconv>
#include <fstream>

namespace pillion {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

}  // namespace

std::optional<std::string> ReadFirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<long long> ParseInteger(std::string_view text) {
  text = Trim(text);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void ForEachCgroup(std::string_view controller,
                   const std::function<void(const std::string& directory, bool is_v2)>& visit) {
  const std::string wanted = "," + std::string(controller) + ",";
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_v2 = controllers == ",,";
    if (!is_v2 && controllers.find(wanted) == std::string::npos) continue;
    std::string mount = "/sys/fs/cgroup";
    if (!is_v2) mount.append("/").append(controller);
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    while (true) {
      visit(mount + path, is_v2);
      if (path.empty()) break;
      const std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  }
}

}  // namespace pillion
