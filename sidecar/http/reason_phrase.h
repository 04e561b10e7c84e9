// What a status is called.
#pragma once

#include <string_view>

namespace pillion {

std::string_view ReasonPhrase(unsigned status) noexcept;

}  // namespace pillion
