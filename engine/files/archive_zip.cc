// A zip in memory as an archive. libzip inflates and checks; before it may, the zip's directory
// has been read by ReadZipDirectory, and libzip must see the same entries.
#include <zip.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "engine/files/archive.h"
#include "engine/files/zip_directory.h"

namespace pillion {
namespace {

struct ZipDiscard {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct ZipFileClose {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Zip = std::unique_ptr<zip_t, ZipDiscard>;
using ZipFile = std::unique_ptr<zip_file_t, ZipFileClose>;

std::string TextOf(zip_error_t& error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

// `bytes` must outlive the result.
Result<Zip> OpenWithLibzip(const std::string& bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return Fail(LoadCode::kBadArchive, "", TextOf(error));
  Zip zip(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (zip == nullptr) {
    zip_source_free(source);
    return Fail(LoadCode::kBadArchive, "", TextOf(error));
  }
  zip_error_fini(&error);
  return zip;
}

bool Agrees(zip_t* zip, std::uint64_t index, const ZipEntry& entry) {
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
  zip_stat_t status;
  zip_stat_init(&status);
  return zip_stat_index(zip, index, ZIP_FL_ENC_RAW, &status) == 0 &&
         (status.valid & kNeeded) == kNeeded && status.name == entry.stored_name &&
         status.size == entry.inflated_bytes && status.comp_size == entry.stored_bytes &&
         status.crc == entry.crc && status.comp_method == entry.method;
}

class ZipArchive final : public Archive {
 public:
  // REQUIRES: libzip agrees with `entries`.
  ZipArchive(std::unique_ptr<const std::string> bytes, Zip zip, std::vector<ZipEntry> entries,
             const Limits& limits)
      : Archive(limits), bytes_(std::move(bytes)), zip_(std::move(zip)) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].is_directory()) continue;
      files_.emplace(std::move(entries[i].name), File{i, entries[i].inflated_bytes});
    }
  }

  bool is_directory() const override { return false; }

 private:
  struct File {
    std::uint64_t index;
    std::uint64_t inflated_bytes;
  };

  bool ContainsFile(std::string_view name) const override { return files_.contains(name); }

  std::vector<std::string> AllNames() const override {
    std::vector<std::string> names;
    names.reserve(files_.size());
    for (const auto& [name, file] : files_) names.push_back(name);
    return names;
  }

  std::string PeekFile(std::string_view name, std::size_t bytes_max) const override {
    const auto found = files_.find(name);
    if (found == files_.end()) return {};
    const ZipFile stream(zip_fopen_index(zip_.get(), found->second.index, 0));
    if (stream == nullptr) return {};
    std::string bytes(bytes_max, '\0');
    const zip_int64_t count = zip_fread(stream.get(), bytes.data(), bytes.size());
    bytes.resize(static_cast<std::size_t>(std::max<zip_int64_t>(count, 0)));
    return bytes;
  }

  Result<std::string> ReadFile(std::string_view name, std::uint64_t bytes_max) override {
    const auto found = files_.find(name);
    if (found == files_.end()) {
      return Fail(LoadCode::kBadBundle, std::string(name), "no such file in the bundle");
    }
    const File& file = found->second;
    if (file.inflated_bytes > bytes_max) {
      return Fail(LoadCode::kOverLimit, std::string(name),
                  "larger than the limit of " + std::to_string(bytes_max) + " bytes");
    }
    const ZipFile stream(zip_fopen_index(zip_.get(), file.index, 0));
    if (stream == nullptr) {
      return Fail(LoadCode::kBadArchive, std::string(name), zip_strerror(zip_.get()));
    }
    return Inflate(stream.get(), name, file.inflated_bytes);
  }

  // The declared size is a claim: it bounds what is read, and one byte more refuses the entry.
  // libzip checks size and checksum when the stream ends.
  static Result<std::string> Inflate(zip_file_t* stream, std::string_view name,
                                     std::uint64_t declared_bytes) {
    std::string bytes(declared_bytes + 1, '\0');
    std::uint64_t size = 0;
    while (size <= declared_bytes) {
      const zip_int64_t count = zip_fread(stream, bytes.data() + size, bytes.size() - size);
      if (count < 0) {
        return Fail(LoadCode::kBadArchive, std::string(name), zip_file_strerror(stream));
      }
      if (count == 0) break;
      size += static_cast<std::uint64_t>(count);
    }
    if (size != declared_bytes) {
      return Fail(LoadCode::kBadArchive, std::string(name),
                  std::string(size < declared_bytes ? "fewer" : "more") + " bytes than the " +
                      std::to_string(declared_bytes) + " that it declares");
    }
    bytes.resize(size);
    return bytes;
  }

  const std::unique_ptr<const std::string> bytes_;  // libzip reads from it
  const Zip zip_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace

Result<std::unique_ptr<Archive>> Archive::OpenZip(std::string bytes, const Limits& limits) {
  if (bytes.size() > limits.archive_bytes_max) {
    return Fail(LoadCode::kOverLimit, "",
                "larger than the limit of " + std::to_string(limits.archive_bytes_max) + " bytes");
  }
  auto kept = std::make_unique<const std::string>(std::move(bytes));
  std::vector<ZipEntry> entries;
  PILLION_ASSIGN(entries, ReadZipDirectory(*kept, limits));
  Zip zip;
  PILLION_ASSIGN(zip, OpenWithLibzip(*kept));
  bool agrees = static_cast<std::uint64_t>(zip_get_num_entries(zip.get(), 0)) == entries.size();
  for (std::size_t i = 0; agrees && i < entries.size(); ++i) {
    agrees = Agrees(zip.get(), i, entries[i]);
  }
  if (!agrees) {
    return Fail(LoadCode::kBadArchive, "", "two readers see different entries");
  }
  return std::make_unique<ZipArchive>(std::move(kept), std::move(zip), std::move(entries), limits);
}

}  // namespace pillion
