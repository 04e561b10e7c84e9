#include "base/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pillion {
namespace {

// The raw text of the one member of `json`, or what is wrong with it.
std::string RawOf(const std::string& json) {
  JsonReader reader("text");
  std::string raw;
  const bool read = reader.ReadText(json, [&](std::string_view, JsonReader::Value value) {
    std::string_view text;
    if (!reader.ReadRaw(value, text)) return false;
    raw = text;
    return true;
  });
  return read ? raw : reader.error().Text();
}

TEST(JsonReader, ReadsRawTextToItsOwnEnd) {
  for (const std::string raw : {"[]", "{}", "[1, [2,3] , {\"a\":[]}]", "{\"a\": {\"b\": [1]} }",
                                R"(["]", "\"]", "}"])", R"({"]}": "}"})", "[\n 1\n]"}) {
    EXPECT_EQ(RawOf("{\"x\" : " + raw + "}"), raw);
  }
}

TEST(JsonReader, RefusesRawTextWithoutAnEnd) {
  for (const std::string raw : {"[1", "{\"a\":1", "[[1]", "{\"a\":{}", "[", "{", "7", "\"[]\""}) {
    EXPECT_NE(RawOf("{\"x\":" + raw).find("not valid JSON"), std::string::npos) << raw;
  }
}

TEST(JsonReader, ReadsOnBehindRawText) {
  JsonReader reader("text");
  std::string first;
  std::int64_t second = 0;
  const bool read =
      reader.ReadText(R"({"a":[[1],"]"],"b":7})", [&](std::string_view key, auto value) {
        return key == "a" ? reader.ReadRawArray(value, first) : reader.Read(value, second);
      });
  ASSERT_TRUE(read) << reader.error().Text();
  EXPECT_EQ(first, R"([[1],"]"])");
  EXPECT_EQ(second, 7);
}

TEST(JsonReader, SaysWhatIsNoRawArray) {
  JsonReader reader("text");
  std::string raw;
  EXPECT_FALSE(reader.ReadText(R"({"a":{}})", [&](std::string_view, auto value) {
    return reader.ReadRawArray(value, raw, "an array of objects");
  }));
  EXPECT_EQ(reader.error().Text(), "text: a: expected an array of objects, found an object");
  EXPECT_EQ(raw, "");
}

}  // namespace
}  // namespace pillion
