#include "tests/support/golden_case.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include "base/base64.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"
#include "tests/support/zip_writer.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

using Sections = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kMark = "=== ";
constexpr std::string_view kZipMember = ".zip/";
constexpr std::uint16_t kNamesAreUtf8 = 1U << 11;

std::string FromBase64(std::string text) {
  std::erase(text, '\n');
  std::optional<std::string> bytes = DecodeBase64(text);
  if (!bytes) throw std::runtime_error("not base64");
  return *std::move(bytes);
}

std::string Decode(std::string_view form, std::string_view body) {
  if (form.empty()) return std::string(body);
  if (form == "base64") return FromBase64(std::string(body));
  if (form == "frame") return BinaryFrame(body);
  throw std::runtime_error("no form '" + std::string(form) + "'");
}

// One section, "NAME\nBODY\n" or "NAME : FORM\nBODY\n"; the last line end is not the body's.
void AddSection(std::string_view section, Sections& sections) {
  const std::size_t head_end = section.find('\n');
  if (head_end == std::string_view::npos || !section.ends_with('\n')) {
    throw std::runtime_error("'" + std::string(section) + "' is no section");
  }
  std::string_view name = section.substr(0, head_end);
  std::string_view form;
  if (const std::size_t colon = name.find(" : "); colon != std::string_view::npos) {
    form = name.substr(colon + 3);
    name = name.substr(0, colon);
  }
  std::string_view body = section.substr(head_end + 1);
  body.remove_suffix(body.empty() ? 0 : 1);
  try {
    if (!sections.emplace(name, Decode(form, body)).second) throw std::runtime_error("is twice");
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("section '" + std::string(name) + "': " + error.what());
  }
}

Sections ReadSections(const fs::path& path) {
  const std::string text = ReadFile(path);
  Sections sections;
  try {
    if (!text.starts_with(kMark)) throw std::runtime_error("does not begin with a section");
    const std::string separator = "\n" + std::string(kMark);
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t next = std::min(text.find(separator, begin), text.size() - 1) + 1;
      AddSection(std::string_view(text).substr(begin + kMark.size(), next - begin - kMark.size()),
                 sections);
      begin = next;
    }
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path.string() + ": " + error.what());
  }
  return sections;
}

GoldenCase FromSections(Sections sections) {
  GoldenCase golden;
  std::map<std::string, std::vector<ZipMember>> bundles;
  for (auto& [name, content] : sections) {
    if (const std::size_t at = name.find(kZipMember); at != std::string::npos) {
      ZipMember member;
      member.name = name.substr(at + kZipMember.size());
      member.content = std::move(content);
      member.deflated = true;
      member.local.flags = member.central.flags = kNamesAreUtf8;
      bundles[name.substr(0, at + kZipMember.size() - 1)].push_back(std::move(member));
    } else {
      golden.files[name] = std::move(content);
    }
  }
  for (const auto& [name, members] : bundles) golden.files[name] = WriteZip(members);
  return golden;
}

}  // namespace

const std::string& GoldenCase::Text(std::string_view file) const {
  const auto it = files.find(file);
  if (it == files.end()) throw std::runtime_error(name + " has no " + std::string(file));
  return it->second;
}

std::vector<fs::path> RecordedCases() {
  const fs::path root = fs::path(SourceDir()) / "tests/golden/cases";
  std::vector<fs::path> paths;
  if (!fs::is_directory(root)) return paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

GoldenCase ReadGoldenCase(const fs::path& path) {
  if (!fs::is_directory(path)) {
    GoldenCase golden = FromSections(ReadSections(path));
    golden.name = path.stem();
    return golden;
  }
  GoldenCase golden{path.filename(), {}};
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    golden.files[entry.path().filename()] = ReadFile(entry.path());
  }
  return golden;
}

std::map<std::string, std::string> BundleMembers(const fs::path& path, std::string_view bundle) {
  std::map<std::string, std::string> members;
  const std::string prefix = std::string(bundle) + "/";
  for (auto& [name, content] : ReadSections(path)) {
    if (name.starts_with(prefix)) members[name.substr(prefix.size())] = content;
  }
  return members;
}

}  // namespace pillion::testing
