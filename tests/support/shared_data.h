// Data that lies beside the sources and not in them: bundles published by MLeap, recorded cases.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/support/paths.h"

namespace pillion::testing {

// The directory $PILLION_SHARED, or "shared" beside the sources. Absent: neither is there; tests
// then skip with kNoSharedData.
inline std::optional<std::filesystem::path> SharedData() {
  if (const char* directory = std::getenv("PILLION_SHARED"); directory != nullptr) {
    if (std::filesystem::is_directory(directory)) return directory;
  }
  const std::filesystem::path beside = std::filesystem::path(SourceDir()) / ".." / "shared";
  if (std::filesystem::is_directory(beside)) return beside;
  return std::nullopt;
}

inline constexpr const char* kNoSharedData =
    "needs the shared data: set PILLION_SHARED to the directory that holds goldens/ and data/";

}  // namespace pillion::testing
