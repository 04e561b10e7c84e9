// Base64 of RFC 4648 section 4, as Java's basic decoder takes it: padding may be missing, white
// space may not occur.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pillion {

std::optional<std::string> DecodeBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);  // padded

}  // namespace pillion
