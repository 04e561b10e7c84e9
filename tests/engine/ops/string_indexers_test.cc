#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture Indexer(std::string_view attributes, int columns = 1) {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  for (int i = 0; i < columns; ++i) {
    inputs.push_back("input" + std::to_string(i));
    outputs.push_back("output" + std::to_string(i));
  }
  return {"string_indexer", attributes, inputs, outputs};
}

constexpr std::string_view kGreetings = R"("labels_length": {"int": 1},
    "labels_array_0": {"type": "list", "string": ["hello", "there", "dude"]})";

std::string Greetings(std::string_view handle_invalid) {
  return "{" + std::string(kGreetings) + R"(, "handle_invalid": {"string": ")" +
         std::string(handle_invalid) + R"("}})";
}

TEST(StringIndexer, GivesThePositionOfTheLabel) {
  OpFixture op = Indexer("{" + std::string(kGreetings) + "}");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Text("hello")}), "0");
  EXPECT_EQ(op.Score({Text("there")}), "1");
  EXPECT_EQ(op.Score({Text("dude")}), "2");
}

TEST(StringIndexer, RefusesUnseenLabelsAndNullsByDefault) {
  OpFixture op = Indexer("{" + std::string(kGreetings) + "}");
  EXPECT_EQ(op.Score({Text("x")}), "kUnseenLabel input0");
  EXPECT_EQ(op.Score({Text("")}), "kUnseenLabel input0");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input0");
}

TEST(StringIndexer, KeepsUnseenLabelsAndNullsBehindTheLast) {
  OpFixture op = Indexer(Greetings("keep"));
  EXPECT_EQ(op.Score({Text("x")}), "3");
  EXPECT_EQ(op.Score({Null()}), "3");
}

TEST(StringIndexer, SkipsRowsWithUnseenLabelsButNotNulls) {
  OpFixture op = Indexer(Greetings("skip"));
  EXPECT_EQ(op.Score({Text("there")}), "1");
  EXPECT_EQ(op.Score({Text("x")}), "kSkipped input0");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input0");
}

TEST(StringIndexer, TakesSeveralColumns) {
  const std::string attributes = R"({"labels_length": {"int": 2},
      "labels_array_0": {"type": "list", "string": ["a", "b"]},
      "labels_array_1": {"type": "list", "string": ["b", "a", "c"]},
      "handle_invalid": {"string": "HANDLE"}})";
  const auto with = [&](std::string_view handle) {
    std::string text = attributes;
    return text.replace(text.find("HANDLE"), 6, handle);
  };
  OpFixture keep = Indexer(with("keep"), 2);
  ASSERT_EQ(keep.refusal(), "");
  EXPECT_EQ(keep.Score({Text("a"), Text("a")}), "0; 1");
  EXPECT_EQ(keep.Score({Text("x"), Null()}), "2; 3");
  OpFixture error = Indexer(with("error"), 2);
  EXPECT_EQ(error.Score({Text("b"), Text("x")}), "kUnseenLabel input1");
  OpFixture skip = Indexer(with("skip"), 2);
  EXPECT_EQ(skip.Score({Text("x"), Null()}), "kSkipped input0");
  EXPECT_EQ(skip.Score({Null(), Text("x")}), "kNullValue input0");
}

TEST(StringIndexer, ReadsTheLegacyForm) {
  OpFixture op("string_indexer",
               R"({"labels": {"type": "list", "string": ["A", "B"]},
                   "nullable_input": {"boolean": false}, "handle_invalid": {"string": "keep"}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Text("B")}), "1");
  EXPECT_EQ(op.Score({Text("C")}), "2");
}

TEST(StringIndexer, CountsDuplicatesAndTakesTheLast) {
  OpFixture op = Indexer(R"({"labels": {"type": "list", "string": ["a", "b", "a"]},
                             "handle_invalid": {"string": "keep"}})");
  EXPECT_EQ(op.Score({Text("a")}), "2");
  EXPECT_EQ(op.Score({Text("x")}), "3");
}

TEST(StringIndexer, IndexesOtherScalarsByTheirText) {
  OpFixture op = Indexer(
      R"({"labels": {"type": "list", "string": ["", "-7", "1", "5.0", "1.0E7"]},
          "handle_invalid": {"string": "keep"}})");
  op.BindTo({{"input0", DataType::Scalar(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Number(5)}), "3");
  EXPECT_EQ(op.Score({Number(1e7)}), "4");
  EXPECT_EQ(op.Score({Number(1)}), "5");
  EXPECT_EQ(op.Score({Null()}), "5");
}

TEST(StringIndexer, RefusesImpossibleModels) {
  EXPECT_THAT(Indexer("{}").refusal(), HasSubstr("string_indexer.labels"));
  EXPECT_THAT(Indexer(R"({"labels_length": {"int": 2147483647}})").refusal(),
              HasSubstr("string_indexer.labels_array_0"));
  EXPECT_THAT(Indexer(Greetings("drop")).refusal(), HasSubstr("found \"drop\""));
}

constexpr std::string_view kNumbers = R"("labels": {"type": "list",
    "string": ["one", "two", "three"]})";

OpFixture Reverse(std::string_view shape = "") {
  return {"reverse_string_indexer",
          "{" + std::string(kNumbers) + std::string(shape) + "}",
          {"input"},
          {"output"}};
}

TEST(ReverseStringIndexer, GivesTheLabelAtThePosition) {
  OpFixture op = Reverse();
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(1)}), "two");
  EXPECT_EQ(op.Score({Number(1.9)}), "two");
  EXPECT_EQ(op.Score({Number(-0.5)}), "one");
  EXPECT_EQ(op.Score({Number(std::nan(""))}), "one");
  EXPECT_EQ(op.Score({Number(3)}), "kInvalidValue input");
  EXPECT_EQ(op.Score({Number(-1)}), "kInvalidValue input");
  EXPECT_EQ(op.Score({Number(1e300)}), "kInvalidValue input");
}

TEST(ReverseStringIndexer, TakesListsAndTensors) {
  OpFixture list =
      Reverse(R"(, "input_shape": {"data_shape": {"base": "list", "isNullable": false}})");
  ASSERT_EQ(list.refusal(), "");
  EXPECT_EQ(list.Score({Numbers({2, 0})}), "[three, one]");
  EXPECT_EQ(list.Score({Numbers({2, 5})}), "kInvalidValue input");
  list.BindTo({{"input", DataType::List(BasicType::kDouble)}});
  EXPECT_EQ(list.Score({Null()}), "kNullValue input");
  OpFixture tensor = Reverse(R"(, "input_shape": {"data_shape": {"base": "tensor",
      "isNullable": false, "tensorShape": {"dimensions": [{"size": 4, "name": ""}]}}})");
  ASSERT_EQ(tensor.refusal(), "");
  EXPECT_EQ(tensor.Score({Dense({0, 1}, {2, 1})}), "[one, two] 2x1");
  EXPECT_EQ(tensor.Score({Sparse(4, {{3, 2}})}), "(4){3: three}");
}

TEST(ReverseStringIndexer, RefusesNullableShapes) {
  EXPECT_THAT(Reverse(R"(, "input_shape": {"data_shape": {"base": "scalar",
      "isNullable": true}})")
                  .refusal(),
              HasSubstr("reverse_string_indexer.input_shape"));
}

}  // namespace
}  // namespace pillion::testing
