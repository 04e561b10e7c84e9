// A container of named files: a zip or a directory. Gives bytes by name, counts and hashes them;
// nothing is written anywhere, and no file but the container's own is opened. Knows no bundle.
// Errors have the member as their place, or none where they are about the whole. One thread at a
// time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "base/unique_fd.h"
#include "engine/files/content_hash.h"
#include "engine/limits.h"

namespace pillion {

class Archive {
 public:
  // A directory, or a file that is a zip by its content; what else the file may be is said. Follows
  // links in `path` itself, none below it. The zip is read into memory as a whole, so that nobody
  // can change it meanwhile. Errors: kNotFound, kBadArchive, kOverLimit.
  static Result<std::unique_ptr<Archive>> Open(const std::filesystem::path& path,
                                               const Limits& limits);
  static Result<std::unique_ptr<Archive>> OpenZip(std::string bytes, const Limits& limits);

  virtual ~Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // Names are from here on those below `folder`, which itself is such a name; "": as before.
  void Enter(std::string_view folder);

  // Whether there is a file of that name, with "/" between directories.
  bool Contains(std::string_view name) const;
  // Errors: kBadBundle where there is no such file, kBadArchive, kOverLimit.
  Result<std::string> Read(std::string_view name);

  virtual bool is_directory() const = 0;
  // To say what is there if it is no bundle. The names of all files, in order of their bytes; of a
  // directory the first thousands and a few levels only.
  std::vector<std::string> Names() const;
  // The first bytes of a file; none if it cannot be read.
  std::string Peek(std::string_view name, std::size_t bytes_max) const;

  std::uint64_t read_bytes() const { return read_bytes_; }
  // Of what was read so far.
  ContentHash content_hash() const { return hasher_.Hash(); }

 protected:
  explicit Archive(const Limits& limits) : limits_(limits) {}

  // Of names without fault, from the archive's top.
  virtual bool ContainsFile(std::string_view name) const = 0;
  virtual std::vector<std::string> AllNames() const = 0;
  virtual std::string PeekFile(std::string_view name, std::size_t bytes_max) const = 0;
  // The bytes of the file, at most `bytes_max`.
  virtual Result<std::string> ReadFile(std::string_view name, std::uint64_t bytes_max) = 0;

  const Limits limits_;

 private:
  std::string folder_;  // empty, or with "/" at its end
  std::uint64_t read_bytes_ = 0;
  ContentHasher hasher_;
};

// Why `name` cannot be a file's name inside a container: empty, too long, absolute, "..", "\"…
std::optional<std::string> FaultOfName(std::string_view name, const Limits& limits);

std::unique_ptr<Archive> OpenDirectory(UniqueFd directory, const Limits& limits);

// Up to `bytes_max` bytes from the start of a regular file; fewer where it cannot be read.
std::string PeekDescriptor(const UniqueFd& file, std::size_t bytes_max);
// Reads a regular file to its end. `where` stands for it in errors.
Result<std::string> ReadDescriptor(const UniqueFd& file, std::uint64_t bytes_max,
                                   std::string_view where);

}  // namespace pillion
