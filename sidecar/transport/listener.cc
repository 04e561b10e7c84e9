#include "sidecar/transport/listener.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace pillion {
namespace {

// As long as the kernel lets it be: who wants to fill it needs as many descriptors.
constexpr int kBacklog = SOMAXCONN;

std::string WithErrno(const std::string& what) {
  return what + ": " + std::generic_category().message(errno);
}

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

const char* KindOfFile(mode_t mode) {
  if (S_ISREG(mode)) return "a file";
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "something that is no socket";
}

enum class Place { kFree, kLeft };  // kLeft: a socket there was left by a server that was killed

// What is under the path, or why it has to stay.
tl::expected<Place, std::string> Look(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return Place::kFree;
    return tl::unexpected(WithErrno("cannot look at " + path));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return tl::unexpected(path + " is " + KindOfFile(status.st_mode) +
                          ", which is left as it is: move it away, or choose another --run-dir");
  }
  // Without O_NONBLOCK connect() would wait for room in a backlog that nobody empties.
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return tl::unexpected(WithErrno("socket"));
  const sockaddr_un address = Address(path);
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EAGAIN) {
    return tl::unexpected("another server listens on " + path);
  }
  if (errno == ECONNREFUSED) return Place::kLeft;
  return tl::unexpected(
      WithErrno("cannot tell whether the socket " + path + " is in use, so it is left as it is"));
}

// Takes over nothing where nothing was seen, if the file system knows how.
bool MoveIntoPlace(const std::string& from, const std::string& to, Place place) {
  if (place == Place::kFree) {
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
  }
  return rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

tl::expected<Listener, std::string> Listener::Open(const std::string& path, mode_t mode) {
  const std::string temporary = path + ".new";
  if (temporary.size() >= sizeof(sockaddr_un::sun_path)) {
    return tl::unexpected("the socket's path is too long for a socket: " + path);
  }
  const auto place = Look(path);
  if (!place) return tl::unexpected(place.error());
  // A server that was killed on its way leaves the temporary name too.
  const auto temporary_place = Look(temporary);
  if (!temporary_place) return tl::unexpected(temporary_place.error());
  if (*temporary_place == Place::kLeft) unlink(temporary.c_str());

  Listener listener;
  listener.socket_.Reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.socket_) return tl::unexpected(WithErrno("socket"));
  const sockaddr_un address = Address(temporary);
  if (bind(listener.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
      0) {
    return tl::unexpected(WithErrno("cannot make a socket in the directory of " + path));
  }
  // Before listen() nobody can connect, whatever the umask made of the file's mode.
  struct stat status {};
  if (chmod(temporary.c_str(), mode) != 0 || listen(listener.socket_.get(), kBacklog) != 0 ||
      lstat(temporary.c_str(), &status) != 0 || !MoveIntoPlace(temporary, path, *place)) {
    auto error = tl::unexpected(WithErrno("cannot listen on " + path));
    unlink(temporary.c_str());
    return error;
  }
  listener.path_ = path;
  listener.device_ = status.st_dev;
  listener.inode_ = status.st_ino;
  return listener;
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  Listener taken(std::move(other));
  std::swap(socket_, taken.socket_);
  std::swap(path_, taken.path_);
  std::swap(device_, taken.device_);
  std::swap(inode_, taken.inode_);
  return *this;
}

Listener::~Listener() {
  if (InPlace()) unlink(path_.c_str());
}

bool Listener::InPlace() const {
  struct stat status {};
  return !path_.empty() && lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
         status.st_ino == inode_;
}

}  // namespace pillion
