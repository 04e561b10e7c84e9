#include "sidecar/transport/path_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace pillion {

tl::expected<PathLock, std::string> PathLock::Acquire(const std::string& path) {
  constexpr int kTries = 8;  // somebody removes the file again and again
  for (int i = 0; i < kTries; ++i) {
    // Its owner's alone: a lock that clients could take would keep servers from starting.
    UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) {
      return tl::unexpected("cannot open the lock file " + path + ": " +
                            std::generic_category().message(errno));
    }
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        return tl::unexpected("another server holds " + path +
                              ": stop it, or choose another --run-dir");
      }
      return tl::unexpected("cannot lock " + path + ": " + std::generic_category().message(errno));
    }
    PathLock lock(path, std::move(file));
    if (lock.InPlace()) return lock;
  }
  return tl::unexpected("the lock file " + path + " does not stay in place");
}

bool PathLock::InPlace() const {
  struct stat held {};
  struct stat named {};
  return fstat(file_.get(), &held) == 0 && lstat(path_.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace pillion
