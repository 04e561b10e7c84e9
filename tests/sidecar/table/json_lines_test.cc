#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

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
      "{\"w\": 1, \"v\": [1, 2.5], \"id\": {\"x\": []}, \"n\": null}\r\n"
      "\n"
      "{\"v\": {\"values\": [4], \"indices\": [[1]], \"dimensions\": [3]}, \"n\": 7, \"w\": null}",
      kLines, kColumns);
  ASSERT_TRUE(frame) << frame.error().Text();
  // Columns as the first row has them.
  const Schema schema = {
      kColumns[2], kColumns[1], {"id", DataType::Scalar(BasicType::kString)}, kColumns[0]};
  EXPECT_EQ(frame->schema(), schema);
  ASSERT_EQ(frame->row_count(), 2U);
  EXPECT_THAT(frame->Row(0)[1].Elements<double>(), ::testing::ElementsAre(1, 2.5));
  EXPECT_EQ(frame->Row(0)[1].rank, 1);
  EXPECT_EQ(frame->Row(0)[1].size, 2);
  EXPECT_EQ(frame->Row(0)[2].text, R"({"x":[]})");
  EXPECT_TRUE(frame->Row(0)[3].null);
  EXPECT_TRUE(frame->Row(1)[1].sparse);
  EXPECT_TRUE(frame->Row(1)[2].null);
  EXPECT_EQ(frame->Row(1)[3].int64, 7);
}

TEST(JsonLines, WritesAnObjectALine) {
  const std::string text =
      "{\"n\":null,\"v\":[1.0,2.5],\"w\":1.0}\n"
      "{\"n\":7,\"v\":{\"dimensions\":[3],\"indices\":[[1]],\"values\":[4.0]},\"w\":0.5}\n";
  EXPECT_EQ(Convert(text, kLines, kLines, kColumns), text);
}

TEST(JsonLines, SaysWhereAndWhat) {
  EXPECT_EQ(Refusal("{\"w\":1,\"n\":2}\n\n{\"w\":1,\"n\":\"x\"}\n", kLines, kColumns),
            "input: row 2, column 'n', line 3: expected an integer of 64 bits, found 'x'");
  EXPECT_THAT(Refusal("{\"w\":1}\n{\"n\":1}\n", kLines, kColumns),
              HasSubstr("row 2, column 'w', line 2: is absent"));
  EXPECT_THAT(Refusal("{\"w\":1}\n[1]\n", kLines, kColumns), HasSubstr("row 2"));
  EXPECT_THAT(Refusal("{\"w\":1,\"w\":2}\n", kLines, kColumns), HasSubstr("stands twice"));
  EXPECT_THAT(Refusal("{\"w\":1,\n\"n\":", kLines, kColumns), HasSubstr("does not end"));
  EXPECT_NE(Refusal("{\"w\":1} {\"w\":1}\n", kLines, kColumns), "");
}

TEST(JsonLines, ReadsValuesByTheirOwnType) {
  const Schema columns = {{"x", DataType::Scalar(BasicType::kDouble)},
                          {"s", DataType::Scalar(BasicType::kString)},
                          {"n", DataType::Scalar(BasicType::kInt)},
                          {"b", DataType::Scalar(BasicType::kBoolean)}};
  const Result<Table> table =
      Parse(R"({"x":true,"s":98115,"n":3.0,"b":1})"
            "\n"
            R"({"x":"2.5","s":true,"n":"7","b":"False"})"
            "\n"
            R"({"x":-Infinity,"s":12345678901234567890,"n":false,"b":"yes"})"
            "\n"
            R"({"x":NaN,"s":7.50,"n":"","b":0.0})",
            kLines, columns);
  ASSERT_TRUE(table) << table.error().Text();
  EXPECT_EQ(table->Row(0)[0].float64, 1);
  EXPECT_EQ(table->Row(1)[0].float64, 2.5);
  EXPECT_EQ(table->Row(2)[0].float64, -HUGE_VAL);
  EXPECT_TRUE(std::isnan(table->Row(3)[0].float64));
  EXPECT_EQ(table->Row(0)[1].text, "98115");
  EXPECT_EQ(table->Row(1)[1].text, "1");
  EXPECT_EQ(table->Row(2)[1].text, "12345678901234567890");
  EXPECT_EQ(table->Row(3)[1].text, "7.5");
  EXPECT_EQ(table->Row(0)[2].int32, 3);
  EXPECT_EQ(table->Row(1)[2].int32, 7);
  EXPECT_EQ(table->Row(2)[2].int32, 0);
  EXPECT_TRUE(table->Row(3)[2].null);
  EXPECT_TRUE(table->Row(0)[3].boolean);
  EXPECT_FALSE(table->Row(1)[3].boolean);
  EXPECT_TRUE(table->Row(2)[3].boolean);
  EXPECT_FALSE(table->Row(3)[3].boolean);
  EXPECT_THAT(Refusal("{\"n\":3.5}", kLines, columns), HasSubstr("32-bit integer"));
  EXPECT_THAT(Refusal("{\"b\":\"maybe\"}", kLines, columns), HasSubstr("true or false"));
  EXPECT_THAT(Refusal("{\"x\":{\"0\":1}}", kLines, columns), HasSubstr("found an object"));
}

TEST(JsonLines, NanIsReadBack) {
  const std::string text = "{\"w\":NaN,\"v\":[Infinity,-Infinity],\"n\":null}\n";
  EXPECT_EQ(Convert(text, kLines, kLines, kColumns), text);
}

// Refused by name, with what to send instead.
TEST(JsonRows, BodiesWithoutNamesAreRefused) {
  for (const std::string body :
       {R"({"instances":[[1,2]]})", R"({"inputs":{"a":[1]}})", R"({"data":[1,2]})", "[[1,2]]",
        R"({"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":[1]}]})"}) {
    EXPECT_THAT(Refusal(body, kLines, kColumns), HasSubstr("split form")) << body;
  }
  // A column may be called like that.
  EXPECT_EQ(Refusal(R"({"data":[1,2]})", kLines, {{"data", DataType::Vector()}}), "");
  EXPECT_THAT(Refusal(R"({"columns":["w","n"],"data":[[1,2],[1]]})", kLines, kColumns),
              HasSubstr("row 2: expected 2 values, found 1"));
}

TEST(TableFormat, IsToldByContent) {
  EXPECT_EQ(DetectTableFormat(" {\n \"schema\" : {"), TableFormat::kJson);
  EXPECT_EQ(DetectTableFormat("{\"rows\":[]"), TableFormat::kJson);
  EXPECT_EQ(DetectTableFormat("{\"rows\":3}"), kLines);
  EXPECT_EQ(DetectTableFormat("{\"a\":1}\n{\"a\":2}"), kLines);
  EXPECT_EQ(DetectTableFormat(std::string_view("\0\0\0\1{", 5)), TableFormat::kBinary);
  EXPECT_EQ(DetectTableFormat("a,b\n1,2\n"), TableFormat::kCsv);
  EXPECT_EQ(DetectTableFormat(" [ {"), kLines);
  EXPECT_EQ(DetectTableFormat("\xEF\xBB\xBF{\"a\":1}"), kLines);
  EXPECT_EQ(DetectTableFormat(""), TableFormat::kCsv);
}

// What people have in place of a table is called by its name.
TEST(TableFormat, ForeignFormsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> forms = {
      {std::string("PAR1\x15\x04", 6), "Parquet"},
      {std::string("PK\x03\x04\x14\0", 6), "xlsx"},
      {std::string("\xff\xfe"
                   "a\0,\0",
                   6),
       "UTF-16"},
      {std::string("a\0,\0b\0\n\0", 8), "UTF-16"},
      {std::string("\xff\xff\xff\xff\x10\0", 6), "Arrow"},
      {"<!DOCTYPE html>", "HTML"},
      {"\x80\x04\x95", "pickle"}};
  for (const auto& [text, name] : forms) {
    TextInput input(text);
    const auto format = DetectTableFormat(input, "input");
    ASSERT_FALSE(format) << name;
    EXPECT_THAT(format.error().Text(), HasSubstr(name));
  }
  TextInput words("PAR1,ORC\n1,2\n");
  EXPECT_TRUE(DetectTableFormat(words, "input"));
}

}  // namespace
}  // namespace pillion::testing
