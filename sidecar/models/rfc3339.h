// Points in time as text.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pillion {

// "2026-12-31T00:00:00Z", with an offset as "+01:00" for Z, and digits of a second, which are cut
// off. Nothing where the text is no such time.
std::optional<std::chrono::sys_seconds> ParseRfc3339(std::string_view text);

// The same without an offset, as MLeap and Java's LocalDateTime write it: taken for UTC. It may
// lack the seconds.
std::optional<std::chrono::sys_seconds> ParseLocalTime(std::string_view text);

// In UTC.
std::string Rfc3339(std::chrono::sys_seconds time);

}  // namespace pillion
