// The rows of a bench: read and cast as for scoring, and enough of them.
#include "sidecar/bench/bench_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/temporary_directory.h"

namespace pillion::bench {
namespace {

using ::testing::HasSubstr;

const Schema kWanted = {{"x", DataType::Scalar(BasicType::kDouble)},
                        {"kind", DataType::Scalar(BasicType::kString)}};

Result<BenchRows> Read(const std::string& text) {
  const testing::TemporaryDirectory directory;
  return BenchRows::Read(directory.Write("rows", text), kWanted);
}

// A leap frame whose columns have other types, and another order, than those wanted.
std::string Frame(const std::string& rows) {
  return R"({"schema": {"fields": [{"name": "kind", "type": "long"}, {"name": "other", "type":)"
         R"( "boolean"}, {"name": "x", "type": "string"}]}, "rows": )" +
         rows + "}";
}

TEST(BenchRows, AreCastAsForScoring) {
  const auto rows = Read(Frame(R"([[7, true, "1.5"], [8, true, "-3"]])"));
  ASSERT_TRUE(rows) << rows.error().Text();
  EXPECT_EQ(rows->Row(0)[0].float64, 1.5);
  EXPECT_EQ(rows->Row(0)[1].text, "7");
  EXPECT_EQ(rows->Row(1)[0].float64, -3);
  EXPECT_EQ(rows->Row(1)[1].text, "8");
}

TEST(BenchRows, AreManyAndDiffer) {
  const auto rows = Read("x,kind\n1,a\n2,b\n");
  ASSERT_TRUE(rows) << rows.error().Text();
  ASSERT_EQ(rows->size(), BenchRows::kRowsMin);
  std::set<double> numbers;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const double number = rows->Row(i)[0].float64;
    EXPECT_NEAR(number, i % 2 == 0 ? 1 : 2, 0.2);
    EXPECT_EQ(rows->Row(i)[1].text, i % 2 == 0 ? "a" : "b");
    numbers.insert(number);
  }
  EXPECT_EQ(numbers.size(), rows->size());
}

TEST(BenchRows, SayWhatIsWrong) {
  const auto missing = Read("x,kinds\n1,a\n");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().Text(), HasSubstr("the column 'kind' (string) is missing"));
  EXPECT_THAT(missing.error().Text(), HasSubstr("'kinds'"));
  const auto uncast = Read(Frame(R"([[7, true, "1.5"], [8, true, "many"]])"));
  ASSERT_FALSE(uncast);
  EXPECT_THAT(uncast.error().Text(), HasSubstr("row 2, column 'x'"));
  const auto none = Read("x,kind\n");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().Text(), HasSubstr("has no rows"));
}

}  // namespace
}  // namespace pillion::bench
