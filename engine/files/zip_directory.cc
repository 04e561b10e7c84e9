#include "engine/files/zip_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/quote.h"
#include "engine/files/archive.h"
#include "engine/files/foreign_file.h"

// Layouts and names of fields: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
namespace pillion {
namespace {

constexpr char kZip64[] =
    "zip64 is not supported: zip it again, as by `zip -r -fz-`, or name the unpacked directory";

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentBytesMax = 0xffff;

constexpr std::uint16_t kFlagEncrypted = 1U << 0;
constexpr std::uint16_t kFlagDescriptor = 1U << 3;  // sizes and checksum follow the data
constexpr std::uint16_t kFlagStrongEncryption = 1U << 6;
constexpr std::uint16_t kFlagMaskedHeaders = 1U << 13;
constexpr std::uint16_t kFlagsUnreadable =
    kFlagEncrypted | kFlagStrongEncryption | kFlagMaskedHeaders;

// No byte of a deflate stream gives more: four codes of two bits, 258 bytes each.
constexpr std::uint64_t kDeflateRatioMax = 1032;

std::uint32_t Read32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::uint16_t Read16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                    static_cast<unsigned char>(bytes[at + 1]) << 8);
}

std::string MeantName(std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  std::size_t begin = 0;
  while (name.compare(begin, 2, "./") == 0 && begin + 2 < name.size()) begin += 2;
  return name.substr(begin);
}

struct End {
  std::size_t position = 0;
  std::uint32_t entry_count = 0;
  std::size_t directory_begin = 0;
};

struct CentralHeader {
  ZipEntry entry;
  std::uint16_t flags = 0;
  std::size_t local_begin = 0;
  std::size_t data_end = 0;
};

class DirectoryReader {
 public:
  DirectoryReader(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Result<std::vector<ZipEntry>> Read() {
    PILLION_TRY(FindEnd());
    if (end_.entry_count > limits_.entry_count_max) {
      return Refuse("more entries than the limit of " + std::to_string(limits_.entry_count_max),
                    LoadCode::kOverLimit);
    }
    std::size_t at = end_.directory_begin;
    for (std::uint32_t i = 0; i < end_.entry_count; ++i) {
      PILLION_TRY(ReadCentralHeader(at));
    }
    if (at != end_.position) return Refuse("the central directory holds more than its entries");
    PILLION_TRY(CheckOverlap());
    PILLION_TRY(CheckNames());
    std::vector<ZipEntry> entries;
    entries.reserve(headers_.size());
    for (CentralHeader& header : headers_) entries.push_back(std::move(header.entry));
    return entries;
  }

 private:
  static tl::unexpected<LoadError> Refuse(std::string what, LoadCode code = LoadCode::kBadArchive) {
    return Fail(code, "", std::move(what));
  }
  static tl::unexpected<LoadError> RefuseEntry(std::string_view name, std::string what) {
    return Fail(LoadCode::kBadArchive, Quote(name), std::move(what));
  }

  // The last end record whose comment ends with the file.
  Result<void> FindEnd() {
    PILLION_TRY(CheckZipStart(bytes_));
    if (bytes_.size() < kEndBytes) return Refuse(CutOff());
    const std::size_t last = bytes_.size() - kEndBytes;
    const std::size_t lowest = last - std::min(last, kCommentBytesMax);
    for (std::size_t at = last + 1; at-- > lowest;) {
      if (Read32(bytes_, at) == kEndSignature && at + Read16(bytes_, at + 20) == last) {
        return ReadEnd(at);
      }
    }
    return Refuse(CutOff());
  }

  std::string CutOff() const {
    return "the zip is cut off: no end of its central directory in " +
           std::to_string(bytes_.size()) + " bytes; copy or download it again";
  }

  Result<void> ReadEnd(std::size_t at) {
    const std::uint16_t entry_count = Read16(bytes_, at + 10);
    const std::uint32_t directory_bytes = Read32(bytes_, at + 12);
    const std::uint32_t directory_begin = Read32(bytes_, at + 16);
    if (Read16(bytes_, at + 4) != 0 || Read16(bytes_, at + 6) != 0 ||
        Read16(bytes_, at + 8) != entry_count) {
      return Refuse("a zip of several disks");
    }
    if (directory_bytes == UINT32_MAX || directory_begin == UINT32_MAX) {
      return Refuse(kZip64);
    }
    if (std::uint64_t{directory_begin} + directory_bytes != at) {
      return Refuse("the central directory does not end where the end record begins");
    }
    end_ = {at, entry_count, directory_begin};
    return {};
  }

  // Moves `at` behind the header.
  Result<void> ReadCentralHeader(std::size_t& at) {
    if (end_.position - at < kCentralBytes || Read32(bytes_, at) != kCentralSignature) {
      return Refuse("fewer entries in the central directory than the end record says");
    }
    const std::size_t name_bytes = Read16(bytes_, at + 28);
    const std::size_t header_bytes =
        kCentralBytes + name_bytes + Read16(bytes_, at + 30) + Read16(bytes_, at + 32);
    if (end_.position - at < header_bytes) return Refuse("a truncated central directory");
    CentralHeader header;
    header.flags = Read16(bytes_, at + 8);
    header.local_begin = Read32(bytes_, at + 42);
    header.entry.stored_name = bytes_.substr(at + kCentralBytes, name_bytes);
    header.entry.name = MeantName(header.entry.stored_name);
    header.entry.method = Read16(bytes_, at + 10);
    header.entry.crc = Read32(bytes_, at + 16);
    header.entry.stored_bytes = Read32(bytes_, at + 20);
    header.entry.inflated_bytes = Read32(bytes_, at + 24);
    PILLION_TRY(CheckEntry(header, Read16(bytes_, at + 34), Read32(bytes_, at + 38)));
    PILLION_TRY(CheckLocalHeader(header));
    headers_.push_back(std::move(header));
    at += header_bytes;
    return {};
  }

  Result<void> CheckEntry(const CentralHeader& header, std::uint16_t disk,
                          std::uint32_t external_attributes) const {
    const ZipEntry& entry = header.entry;
    std::string_view name = entry.name;
    if (name.ends_with('/')) name.remove_suffix(1);
    const bool is_top = entry.name == "./";
    if (const auto fault = is_top ? std::nullopt : FaultOfName(name, limits_)) {
      return RefuseEntry(entry.stored_name, *fault);
    }
    if (disk != 0) return RefuseEntry(entry.name, "on another disk");
    if ((header.flags & kFlagsUnreadable) != 0)
      return RefuseEntry(entry.name, "encrypted: zip it again without a password");
    if (entry.method != kZipStored && entry.method != kZipDeflated) {
      return RefuseEntry(
          entry.name, "compressed by method " + std::to_string(entry.method) +
                          ", not stored or deflated: zip it again, or name the unpacked directory");
    }
    if (entry.stored_bytes == UINT32_MAX || entry.inflated_bytes == UINT32_MAX ||
        header.local_begin == UINT32_MAX) {
      return RefuseEntry(entry.name, kZip64);
    }
    const std::uint32_t unix_type = external_attributes >> 16 & S_IFMT;
    if (unix_type != 0 && unix_type != S_IFREG && unix_type != S_IFDIR) {
      return RefuseEntry(entry.name, "a link or device");
    }
    if (entry.is_directory() && entry.inflated_bytes != 0) {
      return RefuseEntry(entry.name, "a directory with content");
    }
    return CheckSizes(entry);
  }

  static Result<void> CheckSizes(const ZipEntry& entry) {
    const bool possible = entry.method == kZipStored
                              ? entry.stored_bytes == entry.inflated_bytes
                              : entry.inflated_bytes <= entry.stored_bytes * kDeflateRatioMax;
    if (possible) return {};
    return RefuseEntry(entry.name, "declares " + std::to_string(entry.inflated_bytes) +
                                       " bytes, which its " + std::to_string(entry.stored_bytes) +
                                       " stored bytes cannot hold");
  }

  Result<void> CheckLocalHeader(CentralHeader& header) const {
    const ZipEntry& entry = header.entry;
    const std::size_t at = header.local_begin;
    if (end_.directory_begin < kLocalBytes || at > end_.directory_begin - kLocalBytes ||
        Read32(bytes_, at) != kLocalSignature) {
      return RefuseEntry(entry.name, "no local header where the central directory says");
    }
    const std::size_t name_bytes = Read16(bytes_, at + 26);
    const std::size_t data_begin = at + kLocalBytes + name_bytes + Read16(bytes_, at + 28);
    header.data_end = data_begin + entry.stored_bytes;
    if (header.data_end > end_.directory_begin) {
      return RefuseEntry(entry.name, "reaches into the central directory");
    }
    const std::uint16_t flags = Read16(bytes_, at + 6);
    const bool has_descriptor = (flags & kFlagDescriptor) != 0;
    const auto agrees = [&](std::size_t offset, std::uint64_t central) {
      const std::uint32_t local = Read32(bytes_, at + offset);
      return local == central || (has_descriptor && local == 0);
    };
    if (bytes_.substr(at + kLocalBytes, name_bytes) != entry.stored_name) {
      return RefuseEntry(entry.name, "its local header has another name");
    }
    if (Read16(bytes_, at + 8) != entry.method || flags != header.flags || !agrees(14, entry.crc) ||
        !agrees(18, entry.stored_bytes) || !agrees(22, entry.inflated_bytes)) {
      return RefuseEntry(entry.name, "its local header has another method, flag, size or checksum");
    }
    return {};
  }

  Result<void> CheckOverlap() const {
    std::vector<const CentralHeader*> by_place;
    by_place.reserve(headers_.size());
    for (const CentralHeader& header : headers_) by_place.push_back(&header);
    std::sort(by_place.begin(), by_place.end(),
              [](const auto* a, const auto* b) { return a->local_begin < b->local_begin; });
    for (std::size_t i = 1; i < by_place.size(); ++i) {
      if (by_place[i]->local_begin < by_place[i - 1]->data_end) {
        return RefuseEntry(by_place[i]->entry.name,
                           "overlaps the entry " + Quote(by_place[i - 1]->entry.name));
      }
    }
    return {};
  }

  Result<void> CheckNames() const {
    std::unordered_set<std::string_view> seen;
    for (const CentralHeader& header : headers_) {
      std::string_view name = header.entry.name;
      if (name.ends_with('/')) name.remove_suffix(1);
      if (!seen.insert(name).second) return RefuseEntry(name, "occurs twice");
    }
    return {};
  }

  const std::string_view bytes_;
  const Limits& limits_;
  End end_;
  std::vector<CentralHeader> headers_;
};

}  // namespace

Result<std::vector<ZipEntry>> ReadZipDirectory(std::string_view bytes, const Limits& limits) {
  return DirectoryReader(bytes, limits).Read();
}

}  // namespace pillion
