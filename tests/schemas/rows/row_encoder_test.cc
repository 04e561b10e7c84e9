// What the encoder refuses, and that it needs no memory once warm. That its bytes are right is
// held by row_decoder_test against generated code and by the property tests.
#include "schemas/rows/row_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"

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

TEST(RowEncoder, HoldsNumbersThatTheColumnHoldsExactly) {
  RowEncoder row(OfEachNumber());
  EXPECT_EQ(row.Set(0, -128), ScoreCode::kOk);
  EXPECT_EQ(row.Set(1, 32767.0), ScoreCode::kOk);
  EXPECT_EQ(row.Set(2, -2147483648.0), ScoreCode::kOk);
  EXPECT_EQ(row.Set(3, std::numeric_limits<std::int64_t>::max()), ScoreCode::kOk);
  EXPECT_EQ(row.Set(4, 0.1), ScoreCode::kOk);
  EXPECT_EQ(row.Set(5, std::int64_t{1} << 53), ScoreCode::kOk);

  AnswerDecoder decoder(OfEachNumber());
  ASSERT_EQ(decoder.Open(row.bytes()), ScoreCode::kOk);
  const double expected[] = {-128, 32767, -2147483648.0, 0, 0.1F, 9007199254740992.0};
  for (std::uint32_t i = 0; i < 6; ++i) {
    double value = 0;
    if (i == 3) continue;
    ASSERT_EQ(decoder.Get(i, &value), ScoreCode::kOk) << i;
    EXPECT_EQ(value, expected[i]) << i;
  }
  std::int64_t longest = 0;
  ASSERT_EQ(decoder.Get(3, &longest), ScoreCode::kOk);
  EXPECT_EQ(longest, std::numeric_limits<std::int64_t>::max());
}

TEST(RowEncoder, RefusesNumbersThatTheColumnCannotHold) {
  const auto refuses = [](std::uint32_t column, auto value) {
    RowEncoder row(OfEachNumber());
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

TEST(RowEncoder, NamesColumnAndTypeOfTheFirstRefusal) {
  RowEncoder row(Layout({{"city", DataType::Scalar(BasicType::kString)},
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

TEST(RowEncoder, ChecksThatTensorsAreWhole) {
  RowEncoder row(Layout({{"v", DataType::Vector(3)}}));
  const std::array<double, 4> values = {1, 2, 3, 4};
  const std::array<std::int32_t, 2> unsorted = {2, 1};
  const std::span<const double> all(values);
  EXPECT_EQ(row.SetVector(0, std::span<const float>()), ScoreCode::kWrongType);
  EXPECT_EQ(row.SetSparse(0, unsorted, all.first(2), 3), ScoreCode::kBadIndex);
  EXPECT_EQ(row.SetSparse(0, unsorted, all.first(3), 3), ScoreCode::kBadShape);
  EXPECT_EQ(row.SetVector(0, all), ScoreCode::kOk);
}

TEST(RowEncoder, StopsAtItsLimit) {
  RowEncoder row(Layout({{"text", DataType::Scalar(BasicType::kString)}}), 4096);
  EXPECT_EQ(row.Set(0, std::string(4000, 'x')), ScoreCode::kOk);
  EXPECT_EQ(row.Set(0, std::string(200, 'x')), ScoreCode::kTooLarge);
  EXPECT_TRUE(row.bytes().empty());
}

// Columns of any part, set, cleared and set again, behind a text that made the row grow.
TEST(RowEncoder, SetsTheColumnsOfAllParts) {
  Schema columns(9000, {"", DataType::Scalar(BasicType::kDouble)});
  columns[0].type = DataType::Scalar(BasicType::kString);
  const auto layout = Layout(std::move(columns));
  ASSERT_EQ(layout->part_count(), 3U);
  RowEncoder row(layout);
  AnswerDecoder decoder(layout);
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
  ASSERT_EQ(decoder.Open(row.bytes()), ScoreCode::kOk);
  std::string_view read;
  ASSERT_EQ(decoder.Get(0, &read), ScoreCode::kOk);
  EXPECT_EQ(read, text);
  for (std::uint32_t i = 1; i < 9000; ++i) {
    double value = 0;
    ASSERT_EQ(decoder.IsNull(i), i == 4096);
    if (i == 4096) continue;
    ASSERT_EQ(decoder.Get(i, &value), ScoreCode::kOk);
    ASSERT_EQ(value, i);
  }
  EXPECT_TRUE(decoder.IsNull(9000));
}

// One column of each kind that lies outside of the table, and scalars between them.
std::shared_ptr<const RowLayout> OfEachKind() {
  return Layout({{"a", DataType::Scalar(BasicType::kString)},
                 {"x", DataType::Scalar(BasicType::kDouble)},
                 {"b", DataType::Scalar(BasicType::kByteString)},
                 {"list", DataType::List(BasicType::kString)},
                 {"vector", DataType::Tensor(BasicType::kDouble)},
                 {"c", DataType::Scalar(BasicType::kString)}});
}

struct Values {
  std::string a, b, c;
  std::vector<std::string> list;
  std::vector<double> vector;

  void SetInto(RowEncoder* row, int order) const {
    const std::vector<std::string_view> views(list.begin(), list.end());
    for (int i = 0; i < 5; ++i) {
      ScoreCode code = ScoreCode::kOk;
      switch ((i + order) % 5) {
        case 0: code = row->Set(0, a); break;
        case 1: code = row->Set(2, b); break;
        case 2:
          code = row->SetList(
              3, {BasicType::kString, views.data(), static_cast<std::uint32_t>(views.size())});
          break;
        case 3: code = row->SetVector(4, std::span<const double>(vector)); break;
        default: code = row->Set(5, c);
      }
      ASSERT_EQ(code, ScoreCode::kOk);
    }
    ASSERT_EQ(row->Set(1, static_cast<double>(a.size())), ScoreCode::kOk);
  }

  void ExpectIn(const RowEncoder& row) const {
    AnswerDecoder decoder(OfEachKind());
    ASSERT_EQ(decoder.Open(row.bytes()), ScoreCode::kOk);
    const std::string* const texts[] = {&a, nullptr, &b, nullptr, nullptr, &c};
    for (const std::uint32_t column : {0U, 2U, 5U}) {
      std::string_view text;
      ASSERT_EQ(decoder.Get(column, &text), ScoreCode::kOk);
      EXPECT_EQ(text, *texts[column]);
    }
    double number = 0;
    ASSERT_EQ(decoder.Get(1, &number), ScoreCode::kOk);
    EXPECT_EQ(number, static_cast<double>(a.size()));
    TextList got;
    ASSERT_EQ(decoder.GetTextList(3, &got), ScoreCode::kOk);
    ASSERT_EQ(got.size(), list.size());
    for (std::uint32_t i = 0; i < got.size(); ++i) {
      std::string_view text;
      ASSERT_EQ(got.Get(i, &text), ScoreCode::kOk);
      EXPECT_EQ(text, list[i]);
    }
    TensorView tensor;
    ASSERT_EQ(decoder.GetTensor(4, &tensor), ScoreCode::kOk);
    EXPECT_TRUE(std::ranges::equal(tensor.values.As<double>(), vector));
  }
};

TEST(RowEncoder, GivesBytesOfEarlierValuesBack) {
  std::mt19937 random(7);
  const auto text = [&](std::size_t bytes_max) {
    return std::string(random() % bytes_max, static_cast<char>('a' + random() % 26));
  };
  RowEncoder reused(OfEachKind());
  std::size_t longest = 0;
  for (int round = 0; round < 2000; ++round) {
    // Now and then one far longer than the others.
    const std::size_t most = round % 50 == 0 ? 5000 : 60;
    Values values{text(most), text(60), text(60), {}, std::vector<double>(random() % 20, round)};
    for (std::size_t i = random() % 5; i > 0; --i) values.list.push_back(text(20));
    if (random() % 4 == 0) reused.SetNull(static_cast<std::uint32_t>(random() % 6));
    values.SetInto(&reused, static_cast<int>(random() % 5));
    values.ExpectIn(reused);
    RowEncoder fresh(OfEachKind());
    values.SetInto(&fresh, 0);
    EXPECT_LE(reused.bytes().size(), 2 * fresh.bytes().size() + 512) << round;
    if (most == 60) longest = std::max(longest, reused.bytes().size());
  }
  EXPECT_LE(longest, 1500U);
}

TEST(RowEncoder, WritesTextOverTextInPlace) {
  RowEncoder row(OfEachKind());
  ASSERT_EQ(row.Set(0, "Amsterdam"), ScoreCode::kOk);
  ASSERT_EQ(row.Set(2, "12345678"), ScoreCode::kOk);
  const std::size_t bytes = row.bytes().size();
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(row.Set(0, i % 2 == 0 ? "Rotterdam" : ""), ScoreCode::kOk);
    ASSERT_EQ(row.Set(2, "87654321"), ScoreCode::kOk);
    ASSERT_EQ(row.bytes().size(), bytes);
  }
}

TEST(RowEncoder, KnowsItsLongestColumn) {
  RowEncoder row(OfEachKind());
  EXPECT_FALSE(row.LongestColumn());
  row.Set(0, "short");
  row.Set(5, std::string(500, 'x'));
  row.Set(2, "short too");
  ASSERT_TRUE(row.LongestColumn());
  EXPECT_EQ(row.LongestColumn()->column, 5U);
  row.SetNull(5);
  EXPECT_NE(row.LongestColumn()->column, 5U);
}

TEST(BatchEncoder, GrowsAndStopsAtItsLimit) {
  RowEncoder row(Layout({{"text", DataType::Scalar(BasicType::kString)}}));
  BatchEncoder batch(64 << 10);
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
