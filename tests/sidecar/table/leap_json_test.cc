// Rules: bundle-format.md section 17.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/sidecar/table/table_text.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kJson = TableFormat::kJson;

// A frame of one column and one cell.
std::string OneCell(const std::string& type, const std::string& cell) {
  return R"({"schema":{"fields":[{"name":"c","type":)" + type + R"(}]},"rows":[[)" + cell + "]]}";
}

Value Cell(const std::string& type, const std::string& cell) {
  static Result<Table> frame = Table();
  frame = Parse(OneCell(type, cell), kJson);
  EXPECT_TRUE(frame) << frame.error().Text();
  return frame ? frame->Row(0)[0] : Value::Null();
}

constexpr char kExample[] = R"(
{"schema":{"fields":[{"name":"age","type":"integer"},
                     {"name":"w","type":{"type":"basic","base":"double","isNullable":false}},
                     {"name":"tags","type":{"type":"list","base":"string"}},
                     {"name":"v","type":{"type":"tensor","base":"double","dimensions":[4]}}]},
 "rows":[[17, 1.5, ["a","b"], {"values":[1.0,2.0,3.0,4.0],"dimensions":[4]}],
         [null, 2, [], {"indices":[[0],[3]],"values":[5.0,6.0],"dimensions":[4]}]]}
)";

TEST(LeapJson, ReadsTheExampleOfTheSpec) {
  const Result<Table> frame = Parse(kExample, kJson);
  ASSERT_TRUE(frame) << frame.error().Text();
  const Schema expected = {{"age", DataType::Scalar(BasicType::kInt)},
                           {"w", DataType::Scalar(BasicType::kDouble, false)},
                           {"tags", DataType::List(BasicType::kString)},
                           {"v", DataType::Vector(4)}};
  EXPECT_EQ(frame->schema(), expected);
  ASSERT_EQ(frame->row_count(), 2U);
  EXPECT_EQ(frame->Row(0)[0].int32, 17);
  EXPECT_THAT(frame->Row(0)[2].Elements<std::string_view>(), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(frame->Row(0)[3].Elements<double>(), ::testing::ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(frame->Row(1)[0].null);
  EXPECT_EQ(frame->Row(1)[1].float64, 2);
  const Value& sparse = frame->Row(1)[3];
  EXPECT_TRUE(sparse.sparse);
  EXPECT_EQ(sparse.size, 4);
  EXPECT_THAT(std::span(sparse.indices, 2), ::testing::ElementsAre(0, 3));
}

TEST(LeapJson, TakesRowsInFrontOfTheSchema) {
  const std::string text = R"({"rows": [[1], [2]], "extra": {"a": [1]},)"
                           R"( "schema": {"fields": [{"name": "x", "type": "long"}]}})";
  const Result<Table> frame = Parse(text, kJson);
  ASSERT_TRUE(frame) << frame.error().Text();
  EXPECT_EQ(frame->row_count(), 2U);
  EXPECT_EQ(frame->Row(1)[0].int64, 2);
}

// And ends the last line, for terminals.
TEST(LeapJson, WritesAsMLeapDoes) {
  EXPECT_EQ(Convert(kExample, kJson, kJson), R"({
  "rows": [[17, 1.5, ["a", "b"], {
    "dimensions": [4],
    "values": [1.0, 2.0, 3.0, 4.0]
  }], [null, 2.0, [], {
    "dimensions": [4],
    "indices": [[0], [3]],
    "values": [5.0, 6.0]
  }]],
  "schema": {
    "fields": [{
      "name": "age",
      "type": "integer"
    }, {
      "name": "w",
      "type": {
        "base": "double",
        "isNullable": false,
        "type": "basic"
      }
    }, {
      "name": "tags",
      "type": {
        "base": "string",
        "type": "list"
      }
    }, {
      "name": "v",
      "type": {
        "type": "tensor",
        "base": "double",
        "dimensions": [4]
      }
    }]
  }
})"
                                             "\n");
}

constexpr char kPlainDouble[] = R"({"type":"basic","base":"double","isNullable":false})";

TEST(LeapJson, NullIsMissingOrNan) {
  EXPECT_TRUE(Cell("\"double\"", "null").null);
  const Value nan = Cell(kPlainDouble, "null");
  EXPECT_FALSE(nan.null);
  EXPECT_TRUE(std::isnan(nan.float64));
  EXPECT_TRUE(std::isnan(Cell(R"({"type":"list","base":"float"})", "[null]").Elements<float>()[0]));
  EXPECT_THAT(
      Refusal(OneCell(R"({"type":"basic","base":"string","isNullable":false})", "null"), kJson),
      HasSubstr("expected string, not null, found null"));
  EXPECT_THAT(Refusal(OneCell(R"({"type":"list","base":"string"})", "[null]"), kJson),
              HasSubstr("expected a string, found null"));
}

TEST(LeapJson, NumbersAreExactDecimals) {
  EXPECT_FALSE(std::signbit(Cell(kPlainDouble, "-0.0").float64));
  EXPECT_EQ(Cell("\"float\"", "16777217.0000001").float32, 16777218.0F);
  EXPECT_EQ(Cell("\"integer\"", "1E2").int32, 100);
  EXPECT_THAT(Refusal(OneCell("\"byte\"", "128"), kJson), HasSubstr("8-bit integer, found 128"));
  EXPECT_THAT(Refusal(OneCell("\"long\"", "3.5"), kJson), HasSubstr("integer, found 3.5"));
  EXPECT_THAT(Refusal(OneCell("\"double\"", "\"1\""), kJson), HasSubstr("expected a number"));
}

TEST(LeapJson, IntegersAreSpelledByPlace) {
  EXPECT_EQ(Cell("\"integer\"", "1").int32, 1);
  EXPECT_EQ(Cell(R"({"type":"list","base":"int"})", "[1]").Elements<std::int32_t>()[0], 1);
  EXPECT_NE(Refusal(OneCell("\"int\"", "1"), kJson), "");
  EXPECT_NE(Refusal(OneCell(R"({"type":"list","base":"integer"})", "[1]"), kJson), "");
}

TEST(LeapJson, MapsKeepTheLastOfEqualKeys) {
  const Value map =
      Cell(R"({"type":"map","key":"string","base":"long"})", R"({"a":1,"b":2,"a":3})");
  EXPECT_THAT(map.Keys<std::string_view>(), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(map.Elements<std::int64_t>(), ::testing::ElementsAre(3, 2));
  EXPECT_NE(Refusal(OneCell(R"({"type":"map","key":"int","base":"long"})", "{}"), kJson), "");
}

TEST(LeapJson, ByteStringsAreBase64) {
  EXPECT_EQ(Cell("\"byte_string\"", "\"AP8=\"").text, std::string_view("\0\xff", 2));
  EXPECT_THAT(Convert(OneCell("\"byte_string\"", "\"AP8=\""), kJson, kJson), HasSubstr("\"AP8=\""));
  EXPECT_NE(Refusal(OneCell("\"byte_string\"", "\"?\""), kJson), "");
}

TEST(LeapJson, TensorsAreObjectsOrPlainArrays) {
  const std::string vector = R"({"type":"tensor","base":"double"})";
  EXPECT_EQ(Cell(vector, "[1.0,2.0]").count, 2U);
  EXPECT_EQ(Cell(vector, "[1.0,2.0]").size, 2);
  EXPECT_THAT(Refusal(OneCell(vector, "1.0"), kJson), HasSubstr("a tensor is written"));
  EXPECT_NE(Refusal(OneCell(vector, R"({"values":[1.0]})"), kJson), "");
  // Dense values are not counted against the dimensions; MLeap does not.
  EXPECT_EQ(Cell(vector, R"({"values":[1.0,2.0],"dimensions":[5]})").count, 2U);
  EXPECT_EQ(Cell(vector, R"({"values":[1.0],"dimensions":[]})").rank, 0);
  EXPECT_NE(Refusal(OneCell(vector, R"({"values":[1],"dimensions":[3],"indices":[]})"), kJson), "");
  EXPECT_NE(Refusal(OneCell(vector, R"({"values":[1],"dimensions":[3],"indices":[[0,1]]})"), kJson),
            "");
  EXPECT_NE(Refusal(OneCell(vector, R"({"values":[1],"dimensions":[],"indices":[[]]})"), kJson),
            "");
}

TEST(LeapJson, ErrorsNameRowColumnAndOffset) {
  const std::string text =
      R"({"schema":{"fields":[{"name":"a","type":"long"},{"name":"b","type":"long"}]},)"
      R"("rows":[[1,2],[3,"x"]]})";
  const std::string offset = std::to_string(text.find("\"x\""));
  EXPECT_EQ(Refusal(text, kJson), "input: row 2, column 'b', offset " + offset +
                                      ": expected a 64-bit integer, found the string '\"x\"'");
}

TEST(LeapJson, RowsMayBeLongerButNotShorter) {
  EXPECT_EQ(Refusal(OneCell("\"long\"", "1, \"more\""), kJson), "");
  EXPECT_THAT(Refusal(OneCell("\"long\"", ""), kJson), HasSubstr("expected 1 values, found 0"));
}

TEST(LeapJson, RefusesWhatIsNoFrame) {
  for (
      const char* text :
      {"", "[]", "{}", "null", R"({"rows":[]})", R"({"schema":{"fields":[]}})",
       R"({"schema":{},"rows":[]})", R"({"schema":{"fields":[]},"rows":{}})",
       R"({"schema":{"fields":[]},"rows":[{}]})", R"({"schema":{"fields":[]},"rows":[]} x)",
       R"({"schema":{"fields":[{"name":"a","type":"long"},{"name":"a","type":"long"}]},"rows":[]})",
       R"({"schema":{"fields":[{"name":"a"}]},"rows":[]})",
       R"({"schema":{"fields":[{"name":"a","type":{"type":"basic","base":"long"}}]},"rows":[]})",
       R"({"schema":{"fields":[]},"rows":[], "rows":[]})", "{\"rows\":[[1,2", "\xff"}) {
    EXPECT_NE(Refusal(text, kJson), "") << text;
  }
  EXPECT_NE(Refusal(std::string(100000, '['), kJson), "");
  EXPECT_NE(Refusal(R"({"a":)" + std::string(100000, '['), kJson), "");
}

TEST(LeapJson, NanAndInfinityAreWrittenAsNull) {
  Table frame;
  ASSERT_TRUE(frame.Begin(Schema{{"x", DataType::Scalar(BasicType::kDouble, false)}}));
  for (const double x : {double{NAN}, double{INFINITY}, -double{INFINITY}, 1.0}) {
    const Value value = Value::Scalar(x);
    ASSERT_TRUE(frame.Add(std::span(&value, 1)));
  }
  EXPECT_THAT(Print(frame, kJson), HasSubstr("[[null], [null], [null], [1.0]]"));
}

}  // namespace
}  // namespace pillion::testing
