#include "tests/docs/document.h"

#include <set>
#include <span>
#include <sstream>
#include <stdexcept>

namespace pillion::docs {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::string_view kNotRun = "not-run:";
constexpr std::string_view kWildcard = "...";

const std::set<std::string> kRun = {"sh", "c", "cpp"};
const std::set<std::string> kShown = {"text", "yaml", "json", "fbs", "ini", "cmake", "python"};

std::string Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// `info` is what follows the opening fence.
Block OpenBlock(const std::string& place, const std::string& info) {
  Block block;
  block.place = place;
  block.language = info.substr(0, info.find(' '));
  const std::string rest = Trim(std::string_view(info).substr(block.language.size()));
  if (!kRun.contains(block.language) && !kShown.contains(block.language)) {
    throw std::runtime_error(place + ": a block of the language '" + block.language + "'");
  }
  if (rest.starts_with(kNotRun)) {
    block.not_run = Trim(std::string_view(rest).substr(kNotRun.size()));
    if (block.not_run.empty()) throw std::runtime_error(place + ": not run for no reason");
  } else {
    block.file = rest;
  }
  const bool is_source = block.language == "c" || block.language == "cpp";
  if (is_source && block.file.empty() && block.not_run.empty()) {
    throw std::runtime_error(place + ": source code without a file's name is not compiled");
  }
  return block;
}

bool LineMatches(std::string_view expected, std::string_view printed) {
  const std::size_t wildcard = expected.find(kWildcard);
  if (wildcard == std::string_view::npos) return expected == printed;
  if (!printed.starts_with(expected.substr(0, wildcard))) return false;
  const std::string_view rest = expected.substr(wildcard + kWildcard.size());
  for (std::size_t at = wildcard; at <= printed.size(); ++at) {
    if (LineMatches(rest, printed.substr(at))) return true;
  }
  return false;
}

bool LinesMatch(std::span<const std::string> expected, std::span<const std::string> printed) {
  if (expected.empty()) return printed.empty();
  if (Trim(expected.front()) == kWildcard) {
    for (std::size_t at = 0; at <= printed.size(); ++at) {
      if (LinesMatch(expected.subspan(1), printed.subspan(at))) return true;
    }
    return false;
  }
  return !printed.empty() && LineMatches(Trim(expected.front()), Trim(printed.front())) &&
         LinesMatch(expected.subspan(1), printed.subspan(1));
}

}  // namespace

std::vector<Block> ReadBlocks(const std::string& name, std::string_view markdown) {
  std::vector<Block> blocks;
  bool open = false;
  Block block;
  const std::vector<std::string> lines = Lines(markdown);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string line = Trim(lines[i]);
    if (open && line == kFence) {
      open = false;
      if (block.language != "text") {
        blocks.push_back(block);
      } else if (!blocks.empty() && !blocks.back().has_output) {
        blocks.back().has_output = true;
        blocks.back().output = block.text;
      }
    } else if (open) {
      block.text += lines[i] + "\n";
    } else if (line.starts_with(kFence)) {
      open = true;
      block = OpenBlock(name + ":" + std::to_string(i + 1), line.substr(kFence.size()));
    }
  }
  if (open) throw std::runtime_error(block.place + ": a block without an end");
  return blocks;
}

std::vector<std::string> ReadInlineCode(std::string_view markdown) {
  std::vector<std::string> spans;
  bool fenced = false;
  for (const std::string& line : Lines(markdown)) {
    const bool is_fence = Trim(line).starts_with(kFence);
    if (is_fence) fenced = !fenced;
    if (fenced || is_fence) continue;
    for (std::size_t at = line.find('`'); at != std::string::npos; at = line.find('`', at + 1)) {
      const std::size_t end = line.find('`', at + 1);
      if (end == std::string::npos) break;
      spans.push_back(line.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  return spans;
}

std::vector<std::string> ReadExamples(std::string_view help) {
  std::vector<std::string> examples;
  bool listed = false;
  for (const std::string& line : Lines(help)) {
    if (listed && !line.starts_with("  ")) break;
    // What is indented further goes on with the example.
    if (listed && line.starts_with("   ") && !examples.empty()) {
      examples.back() += "\n" + line;
    } else if (listed) {
      examples.push_back(Trim(line));
    }
    if (line == "Examples:") listed = true;
  }
  return examples;
}

bool Matches(std::string_view expected, std::string_view printed) {
  return LinesMatch(Lines(expected), Lines(printed));
}

}  // namespace pillion::docs
