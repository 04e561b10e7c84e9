// Writes zips byte by byte. Honest by default; each field can be made to lie, for readers that must
// not believe it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillion::testing {

// What a header says about its entry. Absent: the truth.
struct ZipHeaderLies {
  std::optional<std::string> name = {};
  std::optional<std::uint16_t> flags = {};
  std::optional<std::uint16_t> method = {};
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> stored_bytes = {};
  std::optional<std::uint32_t> inflated_bytes = {};
};

struct ZipMember {
  std::string name = {};  // a directory's ends in "/"
  std::string content = {};
  bool deflated = false;
  bool has_descriptor = false;           // sizes stand behind the data, as Java writes them
  bool is_hidden = false;                // has no central header
  std::uint16_t unix_mode = 0;           // of the file, such as S_IFLNK | 0777
  std::optional<std::string> data = {};  // as it lies in the archive; absent: the content
  ZipHeaderLies local = {};
  ZipHeaderLies central = {};
  std::optional<std::uint32_t> local_begin = {};  // where the central header says the local one is
  std::uint16_t disk = 0;
};

// What the end record says. Absent: the truth.
struct ZipEndLies {
  std::optional<std::uint16_t> entry_count = {};
  std::optional<std::uint32_t> directory_bytes = {};
  std::optional<std::uint32_t> directory_begin = {};
  std::uint16_t disk = 0;
  std::string comment = {};
  std::string before = {};   // bytes in front of the first entry, counted in all offsets
  std::string between = {};  // bytes in front of the central directory
};

std::string WriteZip(const std::vector<ZipMember>& members, const ZipEndLies& end = {});

// A raw deflate stream.
std::string Deflate(std::string_view bytes);

}  // namespace pillion::testing
