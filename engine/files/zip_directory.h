// The directory of a zip, read and checked by ourselves: libzip accepts entries that share bytes,
// shows no offsets, and takes names from extra fields. What stands here is what libzip must agree
// with before anything is inflated. Inflates nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/limits.h"

namespace pillion {

struct ZipEntry {
  std::string stored_name;
  // As meant: with "/" for the backslashes that some tools on Windows write, and without "./" in
  // front. A directory's ends in "/".
  std::string name;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t stored_bytes = 0;    // in the archive
  std::uint64_t inflated_bytes = 0;  // as declared, not more than the stored bytes can give

  bool is_directory() const { return name.ends_with('/'); }
};

inline constexpr std::uint16_t kZipStored = 0;
inline constexpr std::uint16_t kZipDeflated = 8;

// The entries in the order of the central directory. Refused: anything outside of plain zip
// (several disks, zip64, encryption, links, other methods), names that FaultOfName refuses or that
// occur twice, local headers that say something else, entries that overlap, bytes missing or left
// over, more entries than the limit.
Result<std::vector<ZipEntry>> ReadZipDirectory(std::string_view bytes, const Limits& limits);

}  // namespace pillion
