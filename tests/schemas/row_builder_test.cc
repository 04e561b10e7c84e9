// What the builder refuses, and that it needs no memory once warm. That its bytes are right is
// held by row_decoder_test against generated code and by the property tests.
#include "schemas/row_builder.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "schemas/answer_reader.h"
#include "schemas/batch_builder.h"

namespace pillion {
namespace {

std::shared_ptr<const RowLayout> Layout(Schema columns) {
  return std::make_shared<const RowLayout>(*RowLayout::Make(std::move(columns)));
}

std::shared_ptr<const RowLayout> OfEachNumber() {
  return Layout({{"byte", DataType::Scalar(BasicType::kByte)},
                 {"short", DataType::Scalar(BasicType::kShort)},
                 {"int", DataType::Scalar(BasicType::kInt)},
                 {"long", DataType::Scalar(BasicType::kLong)},
                 {"float", DataType::Scalar(BasicType::kFloat)},
                 {"double", DataType::Scalar(BasicType::kDouble)}});
}

TEST(RowBuilder, HoldsNumbersThatTheColumnHoldsExactly) {
  RowBuilder row(OfEachNumber());
  EXPECT_EQ(row.Set(0, -128), ScoreCode::kOk);
  EXPECT_EQ(row.Set(1, 32767.0), ScoreCode::kOk);
  EXPECT_EQ(row.Set(2, -2147483648.0), ScoreCode::kOk);
  EXPECT_EQ(row.Set(3, std::numeric_limits<std::int64_t>::max()), ScoreCode::kOk);
  EXPECT_EQ(row.Set(4, 0.1), ScoreCode::kOk);
  EXPECT_EQ(row.Set(5, std::int64_t{1} << 53), ScoreCode::kOk);

  AnswerReader reader(OfEachNumber());
  ASSERT_EQ(reader.Open(row.bytes()), ScoreCode::kOk);
  const double expected[] = {-128, 32767, -2147483648.0, 0, 0.1F, 9007199254740992.0};
  for (std::uint32_t i = 0; i < 6; ++i) {
    double value = 0;
    if (i == 3) continue;
    ASSERT_EQ(reader.Get(i, &value), ScoreCode::kOk) << i;
    EXPECT_EQ(value, expected[i]) << i;
  }
  std::int64_t longest = 0;
  ASSERT_EQ(reader.Get(3, &longest), ScoreCode::kOk);
  EXPECT_EQ(longest, std::numeric_limits<std::int64_t>::max());
}

TEST(RowBuilder, RefusesNumbersThatTheColumnCannotHold) {
  const auto refuses = [](std::uint32_t column, auto value) {
    RowBuilder row(OfEachNumber());
    EXPECT_EQ(row.Set(column, value), ScoreCode::kInvalidValue) << column << ": " << value;
    EXPECT_EQ(row.fault().column, column);
    EXPECT_TRUE(row.bytes().empty());
  };
  refuses(0, 128);
  refuses(0, 1.5);
  refuses(1, -32769);
  refuses(2, 2147483648.0);
  refuses(2, std::nan(""));
  refuses(3, 9223372036854775808.0);
  refuses(3, std::numeric_limits<std::uint64_t>::max());
  refuses(3, -std::numeric_limits<double>::infinity());
  refuses(4, 1e39);
  refuses(5, (std::int64_t{1} << 53) + 1);
  refuses(5, std::numeric_limits<std::int64_t>::max());
}

TEST(RowBuilder, NamesColumnAndTypeOfTheFirstRefusal) {
  RowBuilder row(Layout({{"city", DataType::Scalar(BasicType::kString)},
                         {"rooms", DataType::Scalar(BasicType::kDouble)}}));
  EXPECT_EQ(row.DescribeFault(), "");
  EXPECT_EQ(row.Set(1, "three"), ScoreCode::kWrongType);
  EXPECT_EQ(row.Set(0, 3.0), ScoreCode::kWrongType);
  EXPECT_EQ(row.fault().column, 1U);
  EXPECT_NE(row.DescribeFault().find("column \"rooms\" (double)"), std::string::npos);
  row.Clear();
  EXPECT_EQ(row.fault().code, ScoreCode::kOk);
  EXPECT_EQ(row.Set(7, 3.0), ScoreCode::kUnknownColumn);
  EXPECT_NE(row.DescribeFault().find("2 columns"), std::string::npos);
}

TEST(RowBuilder, ChecksThatTensorsAreWhole) {
  RowBuilder row(Layout({{"v", DataType::Vector(3)}}));
  const std::array<double, 4> values = {1, 2, 3, 4};
  const std::array<std::int32_t, 2> unsorted = {2, 1};
  const std::span<const double> all(values);
  EXPECT_EQ(row.SetVector(0, std::span<const float>()), ScoreCode::kWrongType);
  EXPECT_EQ(row.SetSparse(0, unsorted, all.first(2), 3), ScoreCode::kBadIndex);
  EXPECT_EQ(row.SetSparse(0, unsorted, all.first(3), 3), ScoreCode::kBadShape);
  EXPECT_EQ(row.SetVector(0, all), ScoreCode::kOk);
}

TEST(RowBuilder, StopsAtItsLimit) {
  RowBuilder row(Layout({{"text", DataType::Scalar(BasicType::kString)}}), 4096);
  EXPECT_EQ(row.Set(0, std::string(4000, 'x')), ScoreCode::kOk);
  EXPECT_EQ(row.Set(0, std::string(200, 'x')), ScoreCode::kTooLarge);
  EXPECT_TRUE(row.bytes().empty());
}

// Columns of any part, set, cleared and set again, behind a text that made the row grow.
TEST(RowBuilder, SetsTheColumnsOfAllParts) {
  Schema columns(9000, {"", DataType::Scalar(BasicType::kDouble)});
  columns[0].type = DataType::Scalar(BasicType::kString);
  const auto layout = Layout(std::move(columns));
  ASSERT_EQ(layout->part_count(), 3U);
  RowBuilder row(layout);
  AnswerReader reader(layout);
  const std::string text(500000, 'x');
  row.Set(8999, 1.5);
  row.Clear();
  EXPECT_EQ(row.Set(0, text), ScoreCode::kOk);
  for (std::uint32_t i = 1; i < 9000; ++i) ASSERT_EQ(row.Set(i, i), ScoreCode::kOk);
  EXPECT_EQ(row.SetNull(4096), ScoreCode::kOk);
  EXPECT_EQ(row.Set(9000, 1), ScoreCode::kUnknownColumn);
  EXPECT_EQ(row.fault().column, 9000U);
  row.Clear();
  EXPECT_EQ(row.Set(0, text), ScoreCode::kOk);
  for (std::uint32_t i = 1; i < 9000; ++i) ASSERT_EQ(row.Set(i, i), ScoreCode::kOk);
  EXPECT_EQ(row.SetNull(4096), ScoreCode::kOk);
  ASSERT_EQ(reader.Open(row.bytes()), ScoreCode::kOk);
  std::string_view read;
  ASSERT_EQ(reader.Get(0, &read), ScoreCode::kOk);
  EXPECT_EQ(read, text);
  for (std::uint32_t i = 1; i < 9000; ++i) {
    double value = 0;
    ASSERT_EQ(reader.IsNull(i), i == 4096);
    if (i == 4096) continue;
    ASSERT_EQ(reader.Get(i, &value), ScoreCode::kOk);
    ASSERT_EQ(value, i);
  }
  EXPECT_TRUE(reader.IsNull(9000));
}

TEST(BatchBuilder, GrowsAndStopsAtItsLimit) {
  RowBuilder row(Layout({{"text", DataType::Scalar(BasicType::kString)}}));
  BatchBuilder batch(64 << 10);
  std::uint32_t rows = 0;
  for (; rows < 10000; ++rows) {
    row.Clear();
    ASSERT_EQ(row.Set(0, std::to_string(rows)), ScoreCode::kOk);
    if (batch.Add(row) != ScoreCode::kOk) break;
  }
  EXPECT_GT(rows, 1500U);
  EXPECT_LT(rows, 10000U);
  EXPECT_EQ(batch.row_count(), rows);
  EXPECT_LE(batch.Finish().size(), std::size_t{64} << 10);
}

}  // namespace
}  // namespace pillion
