// A directory as an archive. Each name is walked from the opened root one segment at a time, and
// no segment may be a link, so that no name leads outside.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/quote.h"
#include "engine/files/archive.h"

namespace pillion {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

class DirectoryArchive final : public Archive {
 public:
  DirectoryArchive(UniqueFd root, const Limits& limits) : Archive(limits), root_(std::move(root)) {}

  bool is_directory() const override { return true; }

 private:
  static constexpr std::size_t kEntriesMax = 4096;
  static constexpr int kLevelsMax = 4;

  std::vector<std::string> AllNames() const override {
    std::vector<std::string> names;
    std::size_t budget = kEntriesMax;
    AddNames("", 1, budget, names);
    return names;
  }

  std::string PeekFile(std::string_view name, std::size_t bytes_max) const override {
    const UniqueFd file = OpenFile(name);
    return file ? PeekDescriptor(file, bytes_max) : std::string();
  }

  bool ContainsFile(std::string_view name) const override {
    const UniqueFd file = OpenFile(name);
    struct stat status {};
    return file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
  }

  Result<std::string> ReadFile(std::string_view name, std::uint64_t bytes_max) override {
    const UniqueFd file = OpenFile(name);
    if (file) return ReadDescriptor(file, bytes_max, name);
    switch (errno) {
      case ENOENT:
      case ENOTDIR: return Fail(LoadCode::kBadBundle, std::string(name), WhyMissing(name));
      case ELOOP: return Fail(LoadCode::kBadArchive, std::string(name), "a symbolic link");
      default:
        return Fail(LoadCode::kBadArchive, std::string(name),
                    "cannot be opened: " + std::generic_category().message(errno));
    }
  }

  std::string WhyMissing(std::string_view name) const {
    std::string flat(name);
    std::replace(flat.begin(), flat.end(), '/', '\\');
    if (!OpenFile(flat)) return "no such file in the bundle";
    return "no such file, but one that is named " + Quote(flat) +
           ", as a zip made on Windows is unpacked by some tools: name the zip itself, or unpack "
           "it with unzip";
  }

  // Adds the files in `folder` (empty, or with "/" at its end) and in those below it.
  void AddNames(const std::string& folder, int level, std::size_t& budget,
                std::vector<std::string>& names) const {
    UniqueFd file = folder.empty() ? UniqueFd(::openat(root_.get(), ".", kFlags))
                                   : OpenFile(folder.substr(0, folder.size() - 1));
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(file.get()));
    if (directory == nullptr) return;
    file.Release();
    std::vector<std::string> below;
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (budget == 0) break;
      --budget;
      std::string path = folder + std::string(name);
      struct stat status {};
      if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        continue;
      }
      (S_ISDIR(status.st_mode) ? below : names).push_back(std::move(path));
    }
    if (level == kLevelsMax) return;
    for (const std::string& next : below) AddNames(next + "/", level + 1, budget, names);
  }

  // Not open, with errno set, if there is no such file. REQUIRES: a name without fault.
  UniqueFd OpenFile(std::string_view name) const {
    UniqueFd directory;
    const UniqueFd* parent = &root_;
    for (std::size_t end = name.find('/'); end != std::string_view::npos; end = name.find('/')) {
      const std::string segment(name.substr(0, end));
      UniqueFd next(::openat(parent->get(), segment.c_str(), kFlags));
      if (!next) return next;
      directory = std::move(next);
      parent = &directory;
      name.remove_prefix(end + 1);
    }
    return UniqueFd(::openat(parent->get(), std::string(name).c_str(), kFlags));
  }

  static constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

  const UniqueFd root_;
};

}  // namespace

std::unique_ptr<Archive> OpenDirectory(UniqueFd directory, const Limits& limits) {
  return std::make_unique<DirectoryArchive>(std::move(directory), limits);
}

}  // namespace pillion
