#include "base/json_reader.h"

#include <optional>

#include "base/quote.h"

namespace pillion {

bool JsonReader::Parse(std::string_view text, simdjson::ondemand::document& document) {
  depth_ = 0;
  broken_ = false;
  path_.clear();
  if (text.starts_with("\xEF\xBB\xBF")) return Fail("the JSON begins with a byte order mark");
  text_.assign(text);
  text_.append(simdjson::SIMDJSON_PADDING, '\0');
  const simdjson::padded_string_view padded(text_.data(), text.size(), text_.size());
  if (const auto error = parser_.iterate(padded).get(document)) return FailSyntax(error);
  simdjson::ondemand::json_type type{};
  if (const auto error = document.type().get(type); error || type != decltype(type)::object) {
    return Fail("expected a JSON object, found " + Quote(text));
  }
  return true;
}

bool JsonReader::Fail(std::string what, LoadCode code) {
  problem_.code = code;
  problem_.what = std::move(what);
  return false;
}

bool JsonReader::FailExpecting(Value& value, std::string_view expected) {
  const std::string_view token = Token(value);
  std::string found;
  switch (token.empty() ? '\0' : token.front()) {
    case '{': found = "an object"; break;
    case '[': found = "an array"; break;
    case '"': found = "the string " + Quote(token); break;
    default: found = token.size() > kJsonNumberCharsMax ? "a number of too many characters" : token;
  }
  return Fail("expected " + std::string(expected) + ", found " + found);
}

bool JsonReader::FailSyntax(simdjson::error_code error) {
  broken_ = true;
  return Fail(std::string("not valid JSON: ") + simdjson::error_message(error));
}

bool JsonReader::Recover(std::uint32_t depth) {
  if (broken_) return false;
  depth_ = depth;
  path_.clear();
  return true;
}

LoadError JsonReader::error() const {
  std::string where = where_;
  if (!path_.empty()) where.append(": ").append(path_);
  return {problem_.code, std::move(where), problem_.what};
}

bool JsonReader::Enter() {
  if (++depth_ <= depth_max_) return true;
  return Fail("nested deeper than the limit of " + std::to_string(depth_max_),
              LoadCode::kOverLimit);
}

bool JsonReader::Within(std::string_view key) {
  const bool joins = path_.empty() || path_.front() == '[';
  path_.insert(0, Quote(key, '\0') + (joins ? "" : "."));
  return false;
}

bool JsonReader::Within(std::size_t index) {
  const bool joins = path_.empty() || path_.front() == '[';
  path_.insert(0, "[" + std::to_string(index) + (joins ? "]" : "]."));
  return false;
}

std::string_view JsonReader::Token(Value& value) {
  std::string_view token = value.raw_json_token();
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

bool JsonReader::Read(Value value, bool& out) {
  const std::string_view token = Token(value);
  if (token != "true" && token != "false") return FailExpecting(value, "true or false");
  out = token == "true";
  return true;
}

bool JsonReader::Read(Value value, float& out) {
  const std::string_view token = Token(value);
  const auto number =
      token == "null" ? std::numeric_limits<float>::quiet_NaN() : ParseJsonFloat(token);
  if (!number) return FailExpecting(value, "a number");
  out = *number;
  return true;
}

bool JsonReader::Read(Value value, double& out) {
  const std::string_view token = Token(value);
  const auto number =
      token == "null" ? std::numeric_limits<double>::quiet_NaN() : ParseJsonDouble(token);
  if (!number) return FailExpecting(value, "a number");
  out = *number;
  return true;
}

bool JsonReader::Read(Value value, std::string& out) {
  if (value.raw_json_token().front() != '"') return FailExpecting(value, "a string");
  std::string_view text;
  if (const auto error = value.get_string().get(text)) return FailSyntax(error);
  out.assign(text);
  return true;
}

bool JsonReader::ReadRaw(Value value, std::string_view& out) {
  simdjson::error_code error;
  if (IsArray(value)) {
    simdjson::ondemand::array array;
    error = value.get_array().get(array);
    if (!error) error = array.raw_json().get(out);
  } else {
    simdjson::ondemand::object object;
    error = value.get_object().get(object);
    if (!error) error = object.raw_json().get(out);
  }
  return !error || Fail("not valid JSON");
}

bool JsonReader::ReadRawArray(Value value, std::string& out, std::string_view expected) {
  std::string_view text;
  if (!IsArray(value)) return FailExpecting(value, expected);
  if (!ReadRaw(value, text)) return false;
  out.assign(text);
  return true;
}

bool JsonReader::Skip(Value value) {
  switch (value.raw_json_token().front()) {
    case '{': return ReadObject(value, [&](std::string_view, Value item) { return Skip(item); });
    case '[': return ReadArray(value, [&](Value item) { return Skip(item); });
    case '"': {
      std::string_view text;
      const auto error = value.get_string().get(text);
      return !error || FailSyntax(error);
    }
    default: break;
  }
  const std::string_view token = Token(value);
  if (token == "true" || token == "false" || token == "null" || ParseJsonDouble(token)) return true;
  return FailExpecting(value, "a JSON value");
}

}  // namespace pillion
