// A directory as an archive. Each name is walked from the opened root one segment at a time, and
// no segment may be a link, so that no name leads outside.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/bundle/archive.h"

namespace pillion {
namespace {

class DirectoryArchive final : public Archive {
 public:
  DirectoryArchive(FileDescriptor root, const Limits& limits)
      : Archive(limits), root_(std::move(root)) {}

  bool Contains(std::string_view name) const override {
    if (FaultOfName(name, limits_)) return false;
    const FileDescriptor file = OpenFile(name);
    struct stat status {};
    return file.is_open() && ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
  }

 private:
  Result<std::string> ReadFile(std::string_view name, std::uint64_t bytes_max) override {
    const FileDescriptor file = OpenFile(name);
    if (file.is_open()) return ReadDescriptor(file, bytes_max, name);
    switch (errno) {
      case ENOENT:
      case ENOTDIR: return Fail(LoadCode::kNotFound, std::string(name), "no such file");
      case ELOOP: return Fail(LoadCode::kBadArchive, std::string(name), "a symbolic link");
      default:
        return Fail(LoadCode::kBadArchive, std::string(name),
                    "cannot be opened: " + std::generic_category().message(errno));
    }
  }

  // Not open, with errno set, if there is no such file. REQUIRES: a name without fault.
  FileDescriptor OpenFile(std::string_view name) const {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    FileDescriptor directory;
    const FileDescriptor* parent = &root_;
    for (std::size_t end = name.find('/'); end != std::string_view::npos; end = name.find('/')) {
      const std::string segment(name.substr(0, end));
      FileDescriptor next(::openat(parent->number(), segment.c_str(), kFlags));
      if (!next.is_open()) return next;
      directory = std::move(next);
      parent = &directory;
      name.remove_prefix(end + 1);
    }
    return FileDescriptor(::openat(parent->number(), std::string(name).c_str(), kFlags));
  }

  const FileDescriptor root_;
};

}  // namespace

std::unique_ptr<Archive> OpenDirectory(FileDescriptor directory, const Limits& limits) {
  return std::make_unique<DirectoryArchive>(std::move(directory), limits);
}

}  // namespace pillion
