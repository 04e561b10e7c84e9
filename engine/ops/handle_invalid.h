// The attribute "handle_invalid": what an op does with a value that training never saw.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/graph/op_source.h"

namespace pillion {

enum class HandleInvalid : std::uint8_t {
  kError,
  kSkip,  // the row has no answer
  kKeep,  // a category of its own
};

// Reads attribute `name`, absent: `fallback`; no fallback: refused. Anything but "error", "keep"
// and, where the op can, "skip" is refused.
HandleInvalid ReadHandleInvalid(OpSource& source, std::string_view name, bool can_skip,
                                std::optional<HandleInvalid> fallback = HandleInvalid::kError);

}  // namespace pillion
