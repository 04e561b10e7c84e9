// That the recorded cases are all there and whole: what is missing would otherwise just not be
// tested.
#include <gtest/gtest.h>
#include <simdjson.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/table/table.h"
#include "tests/support/golden_case.h"
#include "tests/support/paths.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = fs::path(SourceDir()) / "tests/golden";

const std::vector<GoldenCase>& Cases() {
  static const std::vector<GoldenCase> cases = [] {
    std::vector<GoldenCase> read;
    for (const fs::path& path : RecordedCases()) read.push_back(ReadGoldenCase(path));
    return read;
  }();
  return cases;
}

TEST(GoldenCases, AreThoseOfTheIndex) {
  std::ifstream index(kRoot / "index.txt");
  std::vector<std::string> listed;
  for (std::string line; std::getline(index, line);) listed.push_back(line);
  std::vector<std::string> found;
  for (const fs::path& path : RecordedCases()) {
    EXPECT_EQ(path.extension(), ".txt") << path;
    found.push_back(path.stem());
  }
  EXPECT_EQ(found, listed);
  EXPECT_GE(found.size(), 1040U);
}

std::size_t CountRows(const GoldenCase& golden, const std::string& file) {
  if (!golden.Has(file)) return 0;
  const std::string& text = golden.Text(file);
  const Result<Table> frame = Table::Read({file, text, DetectTableFormat(text), {}});
  if (!frame) throw std::runtime_error(golden.name + ": " + frame.error().Text());
  return frame->row_count();
}

// Each frame with its answer or its error, and as many as case.json says.
void ExpectWhole(const GoldenCase& golden) {
  SCOPED_TRACE(golden.name);
  simdjson::dom::parser parser;
  const simdjson::dom::element about = parser.parse(golden.Text("case.json"));
  EXPECT_EQ(std::string_view(about["name"]), golden.name);
  EXPECT_TRUE(golden.Has("model.zip") || golden.Has("model.pb.zip"));
  const bool loads = about.at_key("mleapLoadError").error() == simdjson::NO_SUCH_FIELD;
  EXPECT_EQ(golden.Has("expected.load.err.txt"), !loads);
  const std::uint64_t rows = about["rows"];
  const std::uint64_t error_rows = about["errRows"];
  if (loads) {
    EXPECT_EQ(golden.Has("frame.json"), golden.Has("expected.json"));
    EXPECT_EQ(golden.Has("frame.bin"), golden.Has("expected.bin"));
    EXPECT_GT(rows + error_rows, 0U);
    EXPECT_EQ(std::max(CountRows(golden, "frame.json"), CountRows(golden, "frame.bin")), rows);
  }
  for (std::uint64_t i = 0; i <= error_rows; ++i) {
    const std::string number = std::to_string(i);
    const std::string frame = "frame.err." + number;
    EXPECT_EQ(golden.Has(frame + ".json") + golden.Has(frame + ".bin"), i < error_rows) << frame;
    EXPECT_EQ(golden.Has("expected.err." + number + ".txt"), i < error_rows) << frame;
  }
}

TEST(GoldenCases, AreWhole) {
  for (const GoldenCase& golden : Cases()) ExpectWhole(golden);
}

TEST(GoldenCases, AreAsManyAsEver) {
  std::map<std::string, int> counts;
  for (const GoldenCase& golden : Cases()) {
    for (const auto& [name, content] : golden.files) ++counts[name.substr(0, name.find(".err."))];
  }
  EXPECT_GE(counts["model.zip"], 1039);
  EXPECT_GE(counts["model.pb.zip"], 708);
  EXPECT_GE(counts["expected.json"], 787);
  EXPECT_GE(counts["expected.bin"], 479);
  EXPECT_GE(counts["expected"], 1502);
  EXPECT_GE(counts["expected.load"], 120);
}

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::map<std::string, std::string> ReadZip(const fs::path& path) {
  std::map<std::string, std::string> members;
  const std::unique_ptr<zip_t, CloseZip> zip(zip_open(path.c_str(), ZIP_RDONLY, nullptr));
  if (zip == nullptr) throw std::runtime_error("cannot open " + path.string());
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(zip.get(), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(zip.get(), i, 0, &stat) != 0) throw std::runtime_error(path.string());
    std::string& content = members[stat.name];
    content.resize(stat.size);
    const std::unique_ptr<zip_file_t, CloseZip> file(zip_fopen_index(zip.get(), i, 0));
    if (zip_fread(file.get(), content.data(), content.size()) !=
        static_cast<zip_int64_t>(content.size())) {
      throw std::runtime_error(path.string() + ": " + stat.name);
    }
  }
  return members;
}

// Zips as they were packed when the case was recorded; golden_test.cc scores them.
TEST(GoldenZips, HoldWhatTheirCasesSay) {
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kRoot / "zips")) {
    const std::string name = entry.path().filename();
    const std::size_t dot = name.find('.');
    ++count;
    EXPECT_EQ(ReadZip(entry.path()),
              BundleMembers(kRoot / "cases" / (name.substr(0, dot) + ".txt"), name.substr(dot + 1)))
        << name;
  }
  EXPECT_GE(count, 60U);
}

}  // namespace
}  // namespace pillion::testing
