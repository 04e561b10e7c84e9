#include "engine/ops/handle_invalid.h"

namespace pillion {

HandleInvalid ReadHandleInvalid(OpSource& source, std::string_view name, bool can_skip,
                                std::optional<HandleInvalid> fallback) {
  if (fallback && !source.Has(name)) return *fallback;
  const bool present = source.Has(name);
  const std::string text = source.String(name);
  if (text == "error") return HandleInvalid::kError;
  if (text == "keep") return HandleInvalid::kKeep;
  if (text == "skip" && can_skip) return HandleInvalid::kSkip;
  if (present) {
    source.Refuse(name, std::string("expected \"error\", ") + (can_skip ? "\"skip\" " : "") +
                            "or \"keep\", found \"" + text + "\"");
  }
  return HandleInvalid::kError;
}

}  // namespace pillion
