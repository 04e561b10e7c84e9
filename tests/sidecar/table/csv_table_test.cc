// The grammar is RFC 4180's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sidecar/table/table_text.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kCsv = TableFormat::kCsv;

const Schema kColumns = {{"n", DataType::Scalar(BasicType::kInt)},
                         {"x", DataType::Scalar(BasicType::kDouble)},
                         {"s", DataType::Scalar(BasicType::kString)},
                         {"b", DataType::Scalar(BasicType::kBoolean, false)},
                         {"v", DataType::Vector()},
                         {"l", DataType::List(BasicType::kString)}};

TEST(CsvTable, ReadsColumnsByName) {
  const Result<Table> frame = Parse(
      "s,n,extra,x,b,v,l\r\n"
      "\"a \"\"b\"\", c\nd\",7,more,2.5,true,\"[1,2]\",\"[\"\"p\"\"]\"\n"
      ",,,,false,,\n",
      kCsv, kColumns);
  ASSERT_TRUE(frame) << frame.error().Text();
  ASSERT_EQ(frame->schema().size(), 7U);
  EXPECT_EQ(frame->schema()[2], (Field{"extra", DataType::Scalar(BasicType::kString)}));
  ASSERT_EQ(frame->row_count(), 2U);
  EXPECT_EQ(frame->Row(0)[0].text, "a \"b\", c\nd");
  EXPECT_EQ(frame->Row(0)[1].int32, 7);
  EXPECT_EQ(frame->Row(0)[2].text, "more");
  EXPECT_EQ(frame->Row(0)[3].float64, 2.5);
  EXPECT_TRUE(frame->Row(0)[4].boolean);
  EXPECT_THAT(frame->Row(0)[5].Elements<double>(), ::testing::ElementsAre(1, 2));
  EXPECT_THAT(frame->Row(0)[6].Elements<std::string_view>(), ::testing::ElementsAre("p"));
  for (const std::size_t i : {0, 1, 2, 3, 5, 6}) EXPECT_TRUE(frame->Row(1)[i].null) << i;
}

TEST(CsvTable, QuotedEmptyIsNoNull) {
  const Result<Table> frame = Parse("s\n\"\"\n\nx", kCsv, kColumns);
  ASSERT_TRUE(frame);
  ASSERT_EQ(frame->row_count(), 3U);
  EXPECT_FALSE(frame->Row(0)[0].null);
  EXPECT_EQ(frame->Row(0)[0].text, "");
  EXPECT_TRUE(frame->Row(1)[0].null);
}

TEST(CsvTable, SaysWhereAndWhat) {
  EXPECT_EQ(Refusal("n,x\n1,2\n3,four\n", kCsv, kColumns),
            "input: row 2, column 'x', offset 10: expected a number, found 'four'");
  EXPECT_THAT(Refusal("n,x\n1\n", kCsv, kColumns), HasSubstr("expected 2 fields, found 1"));
  EXPECT_THAT(Refusal("b\n\n", kCsv, kColumns), HasSubstr("expected boolean, not null"));
  EXPECT_THAT(Refusal("n\n99999999999\n", kCsv, kColumns), HasSubstr("integer of 32 bits"));
  EXPECT_THAT(Refusal("v\n\"[1] , 2\"\n", kCsv, kColumns), HasSubstr("column 'v'"));
  EXPECT_THAT(Refusal("n,n\n", kCsv, kColumns), HasSubstr("twice"));
  EXPECT_THAT(Refusal("s\n\"a", kCsv, kColumns), HasSubstr("does not end"));
  EXPECT_THAT(Refusal("s\n\"a\"b", kCsv, kColumns), HasSubstr("expected a comma"));
  EXPECT_THAT(Refusal("s\n\xff", kCsv, kColumns), HasSubstr("UTF-8"));
  EXPECT_NE(Refusal("", kCsv, kColumns), "");
}

TEST(CsvTable, WritesWhatItReads) {
  const std::string text =
      "s,n,x,b,v,l\r\n"
      "\"a \"\"b\"\", c\nd\",7,2.5,true,\"[1.0,2.0]\",\"[\"\"p\"\"]\"\r\n"
      "\"\",,NaN,false,,[]\r\n"
      ",,-Infinity,false,,[]\r\n";
  EXPECT_EQ(Convert(text, kCsv, kCsv, kColumns), text);
}

TEST(CsvTable, DropsAByteOrderMark) {
  EXPECT_EQ(Convert("\xEF\xBB\xBFs\nx\n", kCsv, kCsv, kColumns), "s\r\nx\r\n");
}

}  // namespace
}  // namespace pillion::testing
