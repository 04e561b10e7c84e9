#include "base/utf8.h"

#include <simdjson.h>

namespace pillion {

bool IsUtf8Beyond(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace pillion
