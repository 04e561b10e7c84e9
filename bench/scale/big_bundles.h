// Bundles as large as real ones get, or larger, written to disk as directories without ever being
// held in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace pillion::bench {

struct BigBundle {
  std::string_view name;
  std::string_view unit;  // what `count` counts
  std::uint64_t count;    // at full size
  // Writes the bundle with `count` units into an empty directory.
  void (*write)(const std::filesystem::path& directory, std::uint64_t count);
};

std::span<const BigBundle> BigBundles();

}  // namespace pillion::bench
