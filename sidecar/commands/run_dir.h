// Where a sidecar's sockets lie.
#pragma once

#include <string>

namespace pillion {

inline constexpr char kDefaultRunDir[] = "/run/pillion";

inline std::string SocketPath(const std::string& run_dir) { return run_dir + "/pillion.sock"; }
// Answers the server's own user and root, whatever the other one's clients do.
inline std::string ControlPath(const std::string& run_dir) { return run_dir + "/control.sock"; }

}  // namespace pillion
