// The grammar is RFC 4180's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
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
            "input: row 2, column 'x', line 3: expected a number, found 'four'");
  EXPECT_THAT(Refusal("n,x\n1\n", kCsv, kColumns), HasSubstr("expected 2 fields, found 1"));
  EXPECT_THAT(Refusal("b\n\n", kCsv, kColumns), HasSubstr("expected boolean, not null"));
  EXPECT_THAT(Refusal("n\n99999999999\n", kCsv, kColumns), HasSubstr("integer of 32 bits"));
  EXPECT_THAT(Refusal("v\n\"[1] , 2\"\n", kCsv, kColumns), HasSubstr("column 'v'"));
  EXPECT_THAT(Refusal("n,n\n", kCsv, kColumns), HasSubstr("twice"));
  EXPECT_THAT(Refusal("s\n\"a", kCsv, kColumns), HasSubstr("does not end"));
  EXPECT_THAT(Refusal("s\n\"a\"b", kCsv, kColumns), HasSubstr("expected the delimiter"));
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

Result<Table> ParseAs(std::string_view text, CsvDialect csv, Schema columns = kColumns) {
  TableSource source{"input", text, kCsv, std::move(columns)};
  source.csv = std::move(csv);
  return Table::Read(source);
}

TEST(CsvTable, TheHeaderTellsTheDelimiter) {
  for (const std::string text :
       {"n\tx\ts\n7\t2.5\ta b\n", "n;x;s\n7;2.5;a b\n", "n|x|s\n7|2.5|a b\n",
        "n, x, s\n7, 2.5, a b\n", "n, x, s\n7, 2.5, \"a b\"\n"}) {
    const Result<Table> table = ParseAs(text, {});
    ASSERT_TRUE(table) << table.error().Text();
    ASSERT_EQ(table->schema().size(), 3U) << text;
    EXPECT_EQ(table->Row(0)[0].int32, 7) << text;
    EXPECT_EQ(table->Row(0)[1].float64, 2.5) << text;
    EXPECT_EQ(table->Row(0)[2].text, "a b") << text;
  }
  // A name with a blank in it is a name.
  EXPECT_EQ(Parse("p q,n\n1,2\n", kCsv, kColumns)->schema()[0].name, "p q");
  EXPECT_EQ(ParseAs("n;x\n1;2\n", {',', {}, {}})->schema()[0].name, "n;x");
}

TEST(CsvTable, TheHeaderMayBeGiven) {
  const Result<Table> table = ParseAs("7,2.5\n", {'\0', {"n", "x"}, {}});
  ASSERT_TRUE(table) << table.error().Text();
  EXPECT_EQ(table->Row(0)[1].float64, 2.5);
  const Result<Table> none = ParseAs("7,2.5,a\n", {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().Text(), HasSubstr("what seems to be a row: '7', '2.5', 'a'"));
  EXPECT_THAT(none.error().Text(), HasSubstr("--header n,x,s"));
}

TEST(CsvTable, TakesWhatPandasAndSparkWrite) {
  const Result<Table> table =
      ParseAs(",b,x,n\n0,True,inf,3.0\n1,FALSE,-Infinity,NA\n2,1,nan,\n", {'\0', {}, {"NA"}});
  ASSERT_TRUE(table) << table.error().Text();
  EXPECT_EQ(table->schema()[0].name, "");
  EXPECT_TRUE(table->Row(0)[1].boolean);
  EXPECT_FALSE(table->Row(1)[1].boolean);
  EXPECT_TRUE(table->Row(2)[1].boolean);
  EXPECT_EQ(table->Row(0)[2].float64, HUGE_VAL);
  EXPECT_EQ(table->Row(1)[2].float64, -HUGE_VAL);
  EXPECT_TRUE(std::isnan(table->Row(2)[2].float64));
  EXPECT_EQ(table->Row(0)[3].int32, 3);
  EXPECT_TRUE(table->Row(1)[3].null);
}

TEST(CsvTable, NothingIsTruncatedOrGuessed) {
  EXPECT_THAT(Refusal("n\n3.5\n", kCsv, kColumns), HasSubstr("integer of 32 bits"));
  EXPECT_THAT(Refusal("b\nmaybe\n", kCsv, kColumns), HasSubstr("expected true or false"));
  EXPECT_THAT(Refusal("x;s\n0,5;a\n", kCsv, kColumns), HasSubstr("decimals with a point"));
  EXPECT_THAT(Refusal("x\n\"2,000.0\"\n", kCsv, kColumns), HasSubstr("found '2,000.0'"));
}

}  // namespace
}  // namespace pillion::testing
