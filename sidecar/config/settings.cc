#include "sidecar/config/settings.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/quote.h"
#include "base/suggest.h"

namespace pillion {
namespace {

using Kind = Setting::Kind;

template <typename Number>
bool IsWithin(const Setting& setting, std::string_view text) {
  Number number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return false;
  const double value = static_cast<double>(number);
  if (!std::isfinite(value)) return false;
  return !setting.range || (value >= setting.range->first && value <= setting.range->second);
}

bool Fits(const Setting& setting, std::string_view value) {
  switch (setting.kind) {
    case Kind::kInteger: return IsWithin<std::int64_t>(setting, value);
    case Kind::kIntegers:
    case Kind::kNamedIntegers: return IsWithin<std::uint32_t>(setting, value);
    case Kind::kNumber: return IsWithin<double>(setting, value);
    case Kind::kFlag: return value == "true" || value == "false";
    case Kind::kText:
    case Kind::kTexts: break;
  }
  return setting.words.empty() || std::ranges::find(setting.words, value) != setting.words.end();
}

}  // namespace

std::string Expected(const Setting& setting) {
  if (!setting.words.empty()) {
    return fmt::format("one of {}", fmt::join(setting.words, ", "));
  }
  const std::string range =
      setting.range ? fmt::format(" from {} to {}", setting.range->first, setting.range->second)
                    : std::string();
  switch (setting.kind) {
    case Kind::kInteger:
    case Kind::kIntegers:
    case Kind::kNamedIntegers: return "a whole number" + range;
    case Kind::kNumber: return "a number" + range;
    case Kind::kFlag: return "true or false";
    case Kind::kText:
    case Kind::kTexts: break;
  }
  return "text";
}

std::string WrongWith(const Setting& setting, std::string_view value) {
  if (Fits(setting, value)) return {};
  const std::vector<std::string_view> words(setting.words.begin(), setting.words.end());
  return "expected " + Expected(setting) + ", found " + Quote(value) + DidYouMean(value, words);
}

}  // namespace pillion
