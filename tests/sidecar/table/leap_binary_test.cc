// Rules: bundle-format.md section 18.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "tests/sidecar/table/table_text.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kBinary = TableFormat::kBinary;

std::string Int32(std::uint32_t x) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(x >> shift & 0xff);
  return bytes;
}

// A frame of one column whose rows' bytes are `rows`.
std::string OneColumn(const std::string& type, std::uint32_t row_count, const std::string& rows) {
  const std::string schema = R"({"fields":[{"name":"c","type":)" + type + "}]}";
  return Int32(static_cast<std::uint32_t>(schema.size())) + schema + Int32(row_count) + rows;
}

TEST(LeapBinary, ReadsBytesOfTheSpec) {
  const std::string text = OneColumn("\"integer\"", 2, std::string("\0\1\xff\xff\xff\xfe", 6));
  const Result<Table> frame = Parse(text, kBinary);
  ASSERT_TRUE(frame) << frame.error().Text();
  EXPECT_TRUE(frame->Row(0)[0].null);
  EXPECT_EQ(frame->Row(1)[0].int32, -2);
}

TEST(LeapBinary, ReadsSparseTensors) {
  const std::string text =
      OneColumn(R"({"type":"tensor","base":"byte","isNullable":false})", 1,
                std::string("\0\1\0\1", 4) + Int32(9) + Int32(2) + "\5\6" + Int32(2) +
                    std::string("\0\1", 2) + Int32(3) + std::string("\0\1", 2) + Int32(8));
  const Result<Table> frame = Parse(text, kBinary);
  ASSERT_TRUE(frame) << frame.error().Text();
  const Value& value = frame->Row(0)[0];
  EXPECT_TRUE(value.sparse);
  EXPECT_EQ(value.size, 9);
  EXPECT_THAT(value.Elements<std::int8_t>(), ::testing::ElementsAre(5, 6));
  EXPECT_THAT(std::span(value.indices, 2), ::testing::ElementsAre(3, 8));
}

TEST(LeapBinary, CarriesWhatJsonCannot) {
  Table frame;
  ASSERT_TRUE(frame.Begin(Schema{{"x", DataType::Scalar(BasicType::kDouble)},
                                 {"t", DataType::List(BasicType::kFloat, false)}}));
  const float elements[] = {-0.0F, -INFINITY};
  const Value row[] = {Value::Scalar(-0.0), Value::List(elements, 2)};
  const Value nan[] = {Value::Scalar(std::nan("")), Value::List(elements, 0)};
  ASSERT_TRUE(frame.Add(row));
  ASSERT_TRUE(frame.Add(nan));
  const Result<Table> back = Parse(Print(frame, kBinary), kBinary);
  ASSERT_TRUE(back) << back.error().Text();
  EXPECT_EQ(back->schema(), frame.schema());
  EXPECT_TRUE(std::signbit(back->Row(0)[0].float64));
  EXPECT_TRUE(std::signbit(back->Row(0)[1].Elements<float>()[0]));
  EXPECT_TRUE(std::isinf(back->Row(0)[1].Elements<float>()[1]));
  EXPECT_TRUE(std::isnan(back->Row(1)[0].float64));
}

TEST(LeapBinary, BelievesNoCountBeyondItsBytes) {
  const std::string list = R"({"type":"list","base":"double","isNullable":false})";
  const std::string text = R"({"type":"basic","base":"string","isNullable":false})";
  const std::string tensor = R"({"type":"tensor","base":"string","isNullable":false})";
  const std::string head("\0\0\0\1\0\0\0\1", 8);
  for (const std::uint32_t count : {0x7fffffffU, 0x80000000U, 0xffffffffU, 3U}) {
    EXPECT_NE(Refusal(OneColumn(list, 1, Int32(count) + "12345678"), kBinary), "");
    EXPECT_NE(Refusal(OneColumn(text, 1, Int32(count) + "12"), kBinary), "");
    EXPECT_NE(Refusal(OneColumn(tensor, 1, head + Int32(count) + "12345678"), kBinary), "");
    EXPECT_NE(Refusal(OneColumn("\"long\"", count, ""), kBinary), "");
    EXPECT_NE(Refusal(Int32(count) + "{}", kBinary), "");
  }
  const std::string no_columns = R"({"fields":[]})";
  EXPECT_NE(Refusal(Int32(13) + no_columns + Int32(0x7fffffff), kBinary), "");
}

TEST(LeapBinary, ErrorsNameRowColumnAndOffset) {
  const std::string text = OneColumn("\"long\"", 2, std::string("\0\1\0\0", 4));
  EXPECT_EQ(Refusal(text, kBinary), "input: row 2, column 'c', offset " +
                                        std::to_string(text.size() - 2) +
                                        ": expected 8 bytes, found the end");
}

TEST(LeapBinary, RefusesMapsAndBadText) {
  EXPECT_THAT(Refusal(OneColumn(R"({"type":"map","key":"string","base":"long"})", 0, ""), kBinary),
              HasSubstr("is a map"));
  EXPECT_THAT(Refusal(OneColumn("\"string\"", 1, "\1" + Int32(1) + "\xff"), kBinary),
              HasSubstr("UTF-8"));
  EXPECT_EQ(Refusal(OneColumn("\"byte_string\"", 1, "\1" + Int32(1) + "\xff"), kBinary), "");
}

// Any prefix, and any change of a byte, gives a frame or a refusal.
TEST(LeapBinary, SurvivesBrokenBytes) {
  const std::string good =
      OneColumn(R"({"type":"tensor","base":"double"})", 2,
                std::string("\1\0\1\0\1", 5) + Int32(9) + Int32(1) + "12345678" + Int32(1) +
                    std::string("\0\1", 2) + Int32(3) + std::string("\0", 1));
  ASSERT_EQ(Refusal(good, kBinary), "");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(Refusal(good.substr(0, size), kBinary), "") << size;
  }
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    Refusal(bad, kBinary);
  }
}

}  // namespace
}  // namespace pillion::testing
