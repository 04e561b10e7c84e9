// Numbers as JSON text, in the form that MLeap writes: Java's digits laid out as Java's BigDecimal
// does, so 1.0, 12345678.9, 1.0E+10, 0.000010; a zero has no sign.
#pragma once

#include <cstdint>
#include <string>

namespace pillion {

// REQUIRES: finite.
void AppendNumber(double x, std::string& out);
void AppendNumber(float x, std::string& out);
void AppendNumber(std::int64_t x, std::string& out);

}  // namespace pillion
