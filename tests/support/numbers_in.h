// The numbers of an answer that the op fixture gives as text, for answers that go through exp or
// log and so may differ in their last bits.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

namespace pillion::testing {

inline std::vector<double> NumbersIn(const std::string& text) {
  std::vector<double> numbers;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    if (end == at) {
      ++at;
    } else {
      numbers.push_back(number);
      at = end;
    }
  }
  return numbers;
}

}  // namespace pillion::testing
