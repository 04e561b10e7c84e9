// Recorded cases: a bundle, rows, and what MLeap answered. tests/golden/record/README.md describes
// the files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pillion::testing {

struct GoldenCase {
  std::string name;
  // Contents by file name: "case.json", "model.zip", "frame.json", "expected.json", …
  std::map<std::string, std::string, std::less<>> files;

  bool Has(std::string_view file) const { return files.contains(file); }
  // Throws std::runtime_error that names case and file where there is none.
  const std::string& Text(std::string_view file) const;
};

// The cases of tests/golden/cases, sorted. Empty if there are none.
std::vector<std::filesystem::path> RecordedCases();

// `path` is a text file of sections, of which those of a bundle become a zip, or a folder with the
// files themselves. Throws std::runtime_error that names the place where it is not as it should be.
GoldenCase ReadGoldenCase(const std::filesystem::path& path);

// Members by name of a bundle in a case's text file; empty if it has no such bundle.
std::map<std::string, std::string> BundleMembers(const std::filesystem::path& path,
                                                 std::string_view bundle);

// A leap frame in MLeap's binary form. `text` is JSON, {"schema":…,\n"rows":[…]}, in which NaN,
// Infinity and -Infinity are strings. Throws std::runtime_error.
std::string BinaryFrame(std::string_view text);

}  // namespace pillion::testing
