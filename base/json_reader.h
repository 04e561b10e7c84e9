// One JSON text after another, read strictly and in one pass: MLeap's dialect (RFC 8259, null and
// NaN as doubles, integers in any spelling, no byte order mark, depth capped) on simdjson's
// on-demand parser. Knows no bundle; callers say what a member means.
//
// Reading functions return false after the first error, which sticks; callers return false at
// once, and each level adds its key to the error's place on the way out.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_depth.h"
#include "base/json_number.h"
#include "base/load_error.h"

namespace pillion {

class JsonReader {
 public:
  using Value = simdjson::ondemand::value;

  // `where` is the text's path, for errors.
  explicit JsonReader(std::string_view where, std::uint32_t depth_max = kJsonDepthMax)
      : where_(where), depth_max_(depth_max) {}

  // Calls `member(key, value)` for each member of the object that is the whole of `text`; it
  // reads or skips the value and returns false to stop. Keys live until the next text.
  template <typename F>
  bool ReadText(std::string_view text, F&& member);
  template <typename F>
  bool ReadObject(Value value, F&& member);
  // Calls `element(value)` for each element.
  template <typename F>
  bool ReadArray(Value value, F&& element);

  // A value of just this type. Floating: null is NaN, as in MLeap.
  bool Read(Value value, bool& out);
  bool Read(Value value, std::int32_t& out) { return ReadInteger(value, out); }
  bool Read(Value value, std::int64_t& out) { return ReadInteger(value, out); }
  bool Read(Value value, float& out);
  bool Read(Value value, double& out);
  bool Read(Value value, std::string& out);
  // Appends the elements of an array.
  template <typename T>
  bool Read(Value value, std::vector<T>& out);

  // The text of an object or array, with the white space behind it; looked at for its
  // end only. Lives until the next text.
  bool ReadRaw(Value value, std::string_view& out);
  // The same of an array alone, kept; for errors `expected` says what it is of.
  bool ReadRawArray(Value value, std::string& out, std::string_view expected = "an array");

  // Checks a value that nobody asked for.
  bool Skip(Value value);

  static bool IsArray(Value& value) { return value.raw_json_token().front() == '['; }
  static bool IsString(Value& value) { return value.raw_json_token().front() == '"'; }
  static bool IsNull(Value& value) { return Token(value) == "null"; }
  // The characters of a scalar, without the white space behind it.
  static std::string_view Token(Value& value);
  // Where a value begins, in bytes from the start of the text.
  std::size_t OffsetOf(Value& value) const {
    return static_cast<std::size_t>(value.raw_json_token().data() - text_.data());
  }

  // Records an error at the value being read.
  bool Fail(std::string what, LoadCode code = LoadCode::kBadBundle);
  bool FailExpecting(Value& value, std::string_view expected);
  LoadError error() const;
  // Forgets an error about a value whose JSON is sound, at which reading then goes on behind that
  // value, `depth` being what depth() was in front of it. False: the text itself is broken.
  bool Recover(std::uint32_t depth);
  std::uint32_t depth() const { return depth_; }
  // The place of the text that is read next, in front of the path in it: "line 3".
  void set_where(std::string where) { where_ = std::move(where); }

 private:
  bool Parse(std::string_view text, simdjson::ondemand::document& document);
  bool FailSyntax(simdjson::error_code error);
  bool Enter();
  bool Within(std::string_view key);
  bool Within(std::size_t index);

  template <typename Object, typename F>
  bool ReadMembers(Object& object, F& member);
  template <typename T>
  bool ReadInteger(Value& value, T& out);

  simdjson::ondemand::parser parser_;
  std::string text_;  // with the padding that simdjson needs
  std::string where_;
  std::uint32_t depth_max_;
  std::uint32_t depth_ = 0;
  bool broken_ = false;  // the error is one of syntax
  std::string path_;     // of the error
  Problem problem_;
};

template <typename F>
bool JsonReader::ReadText(std::string_view text, F&& member) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (!Parse(text, document)) return false;
  if (const auto error = document.get_object().get(object)) return FailSyntax(error);
  if (!ReadMembers(object, member)) return false;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end || Fail("trailing characters after the JSON object");
}

template <typename F>
bool JsonReader::ReadObject(Value value, F&& member) {
  simdjson::ondemand::object object;
  if (value.raw_json_token().front() != '{') return FailExpecting(value, "an object");
  if (const auto error = value.get_object().get(object)) return FailSyntax(error);
  return ReadMembers(object, member);
}

template <typename Object, typename F>
bool JsonReader::ReadMembers(Object& object, F& member) {
  if (!Enter()) return false;
  for (auto result : object) {
    simdjson::ondemand::field field;
    std::string_view key;
    if (const auto error = std::move(result).get(field)) return FailSyntax(error);
    if (const auto error = field.unescaped_key().get(key)) return FailSyntax(error);
    if (!member(key, field.value())) return Within(key);
  }
  --depth_;
  return true;
}

template <typename F>
bool JsonReader::ReadArray(Value value, F&& element) {
  simdjson::ondemand::array array;
  if (!IsArray(value)) return FailExpecting(value, "an array");
  if (const auto error = value.get_array().get(array)) return FailSyntax(error);
  if (!Enter()) return false;
  std::size_t index = 0;
  for (auto result : array) {
    Value item;
    if (const auto error = std::move(result).get(item)) return FailSyntax(error);
    if (!element(item)) return Within(index);
    ++index;
  }
  --depth_;
  return true;
}

template <typename T>
bool JsonReader::Read(Value value, std::vector<T>& out) {
  return ReadArray(value, [&](Value item) {
    T element{};
    if (!Read(item, element)) return false;
    out.push_back(std::move(element));
    return true;
  });
}

template <typename T>
bool JsonReader::ReadInteger(Value& value, T& out) {
  const auto number = ParseJsonInteger(Token(value));
  if (!number || *number < std::numeric_limits<T>::min() ||
      *number > std::numeric_limits<T>::max()) {
    return FailExpecting(value, sizeof(T) == 4 ? "a 32-bit integer" : "a 64-bit integer");
  }
  out = static_cast<T>(*number);
  return true;
}

}  // namespace pillion
