// What MLeap wrote, read and written again, is the same to the byte; JSON gets a line end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/sidecar/table/table_text.h"
#include "tests/support/paths.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExpectSameBytes(const fs::path& cases, const char* name, TableFormat format) {
  int count = 0;
  for (const fs::directory_entry& folder : fs::directory_iterator(cases)) {
    const fs::path path = folder.path() / name;
    if (!fs::exists(path)) continue;
    ++count;
    const std::string text = ReadFile(path);
    const std::string line_end = format == TableFormat::kJson ? "\n" : "";
    EXPECT_EQ(DetectTableFormat(text), format) << path;
    EXPECT_EQ(Convert(text, format, format), text + line_end) << path;
  }
  EXPECT_GT(count, 20);
}

// The recorded JSON in our tree has a row a line; PILLION_SHARED may name a tree as MLeap lays it
// out.
TEST(RecordedFrames, JsonIsWrittenAsMLeapWroteIt) {
  const char* shared = std::getenv("PILLION_SHARED");
  if (shared == nullptr) GTEST_SKIP() << "PILLION_SHARED is not set";
  ExpectSameBytes(fs::path(shared) / "goldens", "expected.json", TableFormat::kJson);
}

TEST(RecordedFrames, BinaryIsWrittenAsMLeapWroteIt) {
  ExpectSameBytes(fs::path(SourceDir()) / "tests/golden/cases", "expected.bin",
                  TableFormat::kBinary);
}

}  // namespace
}  // namespace pillion::testing
