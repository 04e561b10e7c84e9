// Numbers from the text of JSON tokens, as MLeap reads them: an exact decimal first, then the
// asked type. Knows no JSON beyond one number; where it stands and what it is for is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pillion {

// MLeap's bound on the text of one number.
inline constexpr std::size_t kJsonNumberCharsMax = 100;

// Nearest to the decimal, ties to even, each rounded once; beyond the range infinite, and zero
// never negative, for decimals have no sign of zero.
// Empty: not a number, or longer than kJsonNumberCharsMax.
std::optional<double> ParseJsonDouble(std::string_view token) noexcept;
std::optional<float> ParseJsonFloat(std::string_view token) noexcept;

// An integral decimal in any spelling: 3, 3.0, 1E2. Empty: no number, a fraction, out of range.
std::optional<std::int64_t> ParseJsonInteger(std::string_view token) noexcept;

}  // namespace pillion
