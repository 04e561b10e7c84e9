// Where a sidecar's socket lies.
#pragma once

#include <string>

namespace pillion {

inline constexpr char kDefaultRunDir[] = "/run/pillion";

inline std::string SocketPath(const std::string& run_dir) { return run_dir + "/pillion.sock"; }

}  // namespace pillion
