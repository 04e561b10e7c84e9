// The control groups that limit this process.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pillion {

// Calls `visit` with the directory of each group that `controller` ("cpu", "memory") limits the
// process by, from its own up to the mount's root: in a container the root is the container's own
// group, and the path may not exist. `is_v2`: it is of the unified hierarchy.
void ForEachCgroup(std::string_view controller,
                   const std::function<void(const std::string& directory, bool is_v2)>& visit);

// The first line of a file; nothing if there is none.
std::optional<std::string> ReadFirstLine(const std::string& path);
// A whole decimal number, blanks around it; nothing for anything else.
std::optional<long long> ParseInteger(std::string_view text);

}  // namespace pillion
