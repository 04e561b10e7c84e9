// A container of named files: a zip or a directory. Gives bytes by name, counts and hashes them;
// nothing is written anywhere, and no file but the container's own is opened. Knows no bundle. One
// thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/bundle/content_hash.h"
#include "engine/bundle/file_descriptor.h"
#include "engine/limits.h"
#include "engine/load_error.h"

namespace pillion {

class Archive {
 public:
  // A directory, or a file that is a zip by its content. Follows links in `path` itself, none
  // below it. The zip is read into memory as a whole, so that nobody can change it meanwhile.
  // Errors: kNotFound, kBadArchive, kOverLimit.
  static Result<std::unique_ptr<Archive>> Open(const std::filesystem::path& path,
                                               const Limits& limits);
  // `where` stands for the path in errors.
  static Result<std::unique_ptr<Archive>> OpenZip(std::string bytes, std::string where,
                                                  const Limits& limits);

  virtual ~Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // Whether there is a file of that name, with "/" between directories.
  virtual bool Contains(std::string_view name) const = 0;
  // Errors: kNotFound, kBadArchive, kOverLimit.
  Result<std::string> Read(std::string_view name);

  std::uint64_t read_bytes() const { return read_bytes_; }
  // Of what was read so far.
  ContentHash content_hash() const { return hasher_.Hash(); }

 protected:
  explicit Archive(const Limits& limits) : limits_(limits) {}

  // The bytes of the file, at most `bytes_max`.
  virtual Result<std::string> ReadFile(std::string_view name, std::uint64_t bytes_max) = 0;

  const Limits limits_;

 private:
  std::uint64_t read_bytes_ = 0;
  ContentHasher hasher_;
};

// Why `name` cannot be a file's name inside a container: empty, too long, absolute, "..", "\"…
std::optional<std::string> FaultOfName(std::string_view name, const Limits& limits);

std::unique_ptr<Archive> OpenDirectory(FileDescriptor directory, const Limits& limits);

// Reads a regular file to its end. `where` stands for it in errors.
Result<std::string> ReadDescriptor(const FileDescriptor& file, std::uint64_t bytes_max,
                                   std::string_view where);

}  // namespace pillion
