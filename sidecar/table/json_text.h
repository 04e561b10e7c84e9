// Builds JSON text, either compact or laid out as MLeap's writer does: members on lines of their
// own, indented by two blanks a level; arrays on one line. Knows no leap frames.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "sidecar/table/number_text.h"

namespace pillion {

enum class JsonStyle : std::uint8_t { kCompact, kPretty };

// What NaN and infinities become: null, or what Python's json writes and reads: NaN, Infinity,
// -Infinity.
enum class JsonNonFinite : std::uint8_t { kNull, kNamed };

// Appends to a string that the caller owns and may empty at any time.
class JsonText {
 public:
  JsonText(std::string& out, JsonStyle style, JsonNonFinite non_finite = JsonNonFinite::kNull)
      : out_(&out),
        pretty_(style == JsonStyle::kPretty),
        names_non_finite_(non_finite == JsonNonFinite::kNamed) {}

  void BeginObject();
  void Key(std::string_view name);  // its value follows
  void EndObject();
  void BeginArray();
  void Element();  // an element follows
  void EndArray();

  void Null() { *out_ += "null"; }
  void Boolean(bool x) { *out_ += x ? "true" : "false"; }
  void Number(std::int64_t x) { AppendNumber(x, *out_); }
  void Number(double x) { std::isfinite(x) ? AppendNumber(x, *out_) : NonFinite(x); }
  void Number(float x) {
    std::isfinite(x) ? AppendNumber(x, *out_) : NonFinite(static_cast<double>(x));
  }
  // `text` is JSON.
  void Raw(std::string_view text) { *out_ += text; }
  void String(std::string_view text);

 private:
  void NonFinite(double x) {
    if (!names_non_finite_) return Null();
    *out_ += std::isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
  }
  void Indent() { out_->append(2 * depth_, ' '); }

  std::string* out_;
  bool pretty_;
  bool names_non_finite_;
  bool first_ = true;  // nothing stands in the innermost object or array yet
  std::size_t depth_ = 0;
};

}  // namespace pillion
