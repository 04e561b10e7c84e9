#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture StringMap(std::string_view more) {
  return {"string_map",
          R"({"labels": {"type": "list", "string": ["alice", "andy", "alice", "extra"]},
              "values": {"type": "list", "double": [0.0, 1.0, 2.5]})" +
              std::string(more) + "}",
          {"input"},
          {"output"}};
}

TEST(StringMap, GivesTheNumberOfTheLabel) {
  OpFixture op = StringMap("");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Text("andy")}), "1");
  EXPECT_EQ(op.Score({Text("alice")}), "2.5");  // the later one
  EXPECT_EQ(op.Score({Text("extra")}), "kUnseenLabel input");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(StringMap, KeepsUnseenLabels) {
  OpFixture zero = StringMap(R"(, "handle_invalid": {"string": "keep"})");
  EXPECT_EQ(zero.Score({Text("kevin")}), "0");
  OpFixture one =
      StringMap(R"(, "handle_invalid": {"string": "keep"}, "default_value": {"double": 1.0})");
  EXPECT_EQ(one.Score({Text("kevin")}), "1");
  EXPECT_EQ(one.Score({Null()}), "1");
}

TEST(StringMap, CannotSkip) {
  EXPECT_THAT(StringMap(R"(, "handle_invalid": {"string": "skip"})").refusal(),
              HasSubstr("string_map.handle_invalid"));
}

OpFixture Selector(std::string_view value_type, std::string_view fallback) {
  return {"map_entry_selector",
          R"({"key_type": {"basic_type": "string"}, "value_type": {"basic_type": ")" +
              std::string(value_type) + R"("}, "default_value": )" + std::string(fallback) + "}",
          {"input", "key"},
          {"output"}};
}

template <typename T>
Given Map(const std::vector<std::string_view>& keys, const std::vector<T>& values) {
  Given given = {Value::List(values.data(), static_cast<std::uint32_t>(values.size())), nullptr,
                 nullptr};
  given.value.keys = keys.data();
  return given;
}

TEST(MapEntrySelector, GivesTheEntryOrTheDefault) {
  OpFixture op = Selector("double", R"({"double": 42.0})");
  ASSERT_EQ(op.refusal(), "");
  const std::vector<std::string_view> keys = {"a", "b", "a"};
  const std::vector<double> values = {1, 2, 3};
  EXPECT_EQ(op.Score({Map(keys, values), Text("b")}), "2");
  EXPECT_EQ(op.Score({Map(keys, values), Text("a")}), "3");
  EXPECT_EQ(op.Score({Map(keys, values), Text("z")}), "42");
  EXPECT_EQ(op.Score({Null(), Text("a")}), "kNullValue input");
}

TEST(MapEntrySelector, TakesEachTypeOfValue) {
  const std::vector<std::string_view> keys = {"a"};
  EXPECT_EQ(Selector("short", R"({"int": 65537})").Score({Map<std::int16_t>(keys, {7}), Text("z")}),
            "1");
  EXPECT_EQ(Selector("long", R"({"long": 9})").Score({Map<std::int64_t>({}, {}), Text("z")}), "9");
  EXPECT_EQ(Selector("string", R"({"string": "none"})")
                .Score({Map<std::string_view>(keys, {"x"}), Text("z")}),
            "none");
}

TEST(MapEntrySelector, RefusesOtherKeys) {
  const OpFixture op("map_entry_selector",
                     R"({"key_type": {"basic_type": "int"}, "value_type": {"basic_type": "double"},
                         "default_value": {"double": 1.0}})",
                     {"input", "key"}, {"output"});
  EXPECT_THAT(op.refusal(), HasSubstr("map_entry_selector.key_type: expected string, found int"));
}

}  // namespace
}  // namespace pillion::testing
