// The dimensions of a stored tensor against its number of values, the same for both formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillion {

// Replaces a single -1 by what the number of values leaves for it, as MLeap does. Returns what is
// wrong if the product of the dimensions (1 for none) is then not `value_count`.
std::optional<std::string> NormalizeDimensions(std::vector<std::int32_t>& dimensions,
                                               std::size_t value_count);

}  // namespace pillion
