// What MLeap wrote, read and written again, is the same to the byte; JSON gets a line end.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/sidecar/table/table_text.h"
#include "tests/support/golden_case.h"
#include "tests/support/shared_data.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

void ExpectSameBytes(const std::vector<fs::path>& cases, const char* name, TableFormat format) {
  int count = 0;
  for (const fs::path& path : cases) {
    const GoldenCase golden = ReadGoldenCase(path);
    if (!golden.Has(name)) continue;
    ++count;
    const std::string& text = golden.Text(name);
    const std::string line_end = format == TableFormat::kJson ? "\n" : "";
    EXPECT_EQ(DetectTableFormat(text), format) << path;
    EXPECT_EQ(Convert(text, format, format), text + line_end) << path;
  }
  EXPECT_GE(count, 100);
}

// The recorded JSON in our tree has a row a line; the shared data is as MLeap lays it out.
TEST(RecordedFrames, JsonIsWrittenAsMLeapWroteIt) {
  const auto shared = SharedData();
  if (!shared) GTEST_SKIP() << kNoSharedData;
  std::vector<fs::path> cases;
  for (const fs::directory_entry& entry : fs::directory_iterator(*shared / "goldens")) {
    if (entry.is_directory()) cases.push_back(entry.path());
  }
  ExpectSameBytes(cases, "expected.json", TableFormat::kJson);
}

TEST(RecordedFrames, BinaryIsWrittenAsMLeapWroteIt) {
  ExpectSameBytes(RecordedCases(), "expected.bin", TableFormat::kBinary);
}

}  // namespace
}  // namespace pillion::testing
