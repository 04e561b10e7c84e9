#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sidecar/table/table_text.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kLines = TableFormat::kJsonLines;

const Schema kColumns = {{"n", DataType::Scalar(BasicType::kLong)},
                         {"v", DataType::Vector()},
                         {"w", DataType::Scalar(BasicType::kDouble, false)}};

TEST(JsonLines, ReadsMembersInAnyOrder) {
  const Result<Table> frame = Parse(
      "{\"w\": 1, \"v\": [1, 2.5], \"id\": {\"x\": []}}\r\n"
      "\n"
      "{\"v\": {\"values\": [4], \"indices\": [[1]], \"dimensions\": [3]}, \"n\": 7, \"w\": null}",
      kLines, kColumns);
  ASSERT_TRUE(frame) << frame.error().Text();
  EXPECT_EQ(frame->schema(), kColumns);
  ASSERT_EQ(frame->row_count(), 2U);
  EXPECT_TRUE(frame->Row(0)[0].null);
  EXPECT_THAT(frame->Row(0)[1].Elements<double>(), ::testing::ElementsAre(1, 2.5));
  EXPECT_EQ(frame->Row(0)[1].rank, 1);
  EXPECT_EQ(frame->Row(0)[1].size, 2);
  EXPECT_EQ(frame->Row(1)[0].int64, 7);
  EXPECT_TRUE(frame->Row(1)[1].sparse);
}

TEST(JsonLines, WritesAnObjectALine) {
  const std::string text =
      "{\"n\":null,\"v\":[1.0,2.5],\"w\":1.0}\n"
      "{\"n\":7,\"v\":{\"dimensions\":[3],\"indices\":[[1]],\"values\":[4.0]},\"w\":0.5}\n";
  EXPECT_EQ(Convert(text, kLines, kLines, kColumns), text);
}

TEST(JsonLines, SaysWhereAndWhat) {
  EXPECT_EQ(Refusal("{\"w\":1}\n{\"w\":1,\"n\":\"x\"}\n", kLines, kColumns),
            "input: row 2, column 'n', offset 19: expected a 64-bit integer, found the string "
            "'\"x\"'");
  EXPECT_THAT(Refusal("{\"n\":1}\n", kLines, kColumns), HasSubstr("expected the member 'w'"));
  EXPECT_THAT(Refusal("{\"w\":1}\n[1]\n", kLines, kColumns), HasSubstr("row 2"));
  EXPECT_NE(Refusal("{\"w\":1} {\"w\":1}\n", kLines, kColumns), "");
}

TEST(TableFormat, IsToldByContent) {
  EXPECT_EQ(DetectTableFormat(" {\n \"schema\" : {"), TableFormat::kJson);
  EXPECT_EQ(DetectTableFormat("{\"rows\":[]"), TableFormat::kJson);
  EXPECT_EQ(DetectTableFormat("{\"rows\":3}"), kLines);
  EXPECT_EQ(DetectTableFormat("{\"a\":1}\n{\"a\":2}"), kLines);
  EXPECT_EQ(DetectTableFormat(std::string_view("\0\0\0\1{", 5)), TableFormat::kBinary);
  EXPECT_EQ(DetectTableFormat("a,b\n1,2\n"), TableFormat::kCsv);
  EXPECT_EQ(DetectTableFormat(""), TableFormat::kCsv);
}

}  // namespace
}  // namespace pillion::testing
