// Scalars as text: what a CSV field, or a string among JSON rows, says to a column of another type.
// More is taken than MLeap's casts take, as far as it can mean one thing only: booleans as Python,
// Java and spreadsheets write them, numbers with a fraction of zero for integers. What MLeap would
// truncate, or take for true, is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillion {

// nullopt: done, `x` is set. Otherwise what is wrong: "expected a number, found 'four'".
std::optional<std::string> ParseCell(std::string_view text, bool& x);
std::optional<std::string> ParseCell(std::string_view text, std::int8_t& x);
std::optional<std::string> ParseCell(std::string_view text, std::int16_t& x);
std::optional<std::string> ParseCell(std::string_view text, std::int32_t& x);
std::optional<std::string> ParseCell(std::string_view text, std::int64_t& x);
std::optional<std::string> ParseCell(std::string_view text, float& x);
std::optional<std::string> ParseCell(std::string_view text, double& x);

// Without blanks and tabs at either end.
std::string_view WithoutBlanks(std::string_view text);

}  // namespace pillion
