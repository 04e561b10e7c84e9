#include "sidecar/transport/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace pillion {
namespace {

constexpr int kBacklog = 128;

tl::unexpected<std::string> SystemError(const std::string& what) {
  return tl::unexpected(what + ": " + std::generic_category().message(errno));
}

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

UniqueFd NewSocket() { return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

// A file that nobody listens on was left by a server that was killed.
bool SomeoneListens(const std::string& path) {
  const UniqueFd probe = NewSocket();
  const sockaddr_un address = Address(path);
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

tl::expected<Listener, std::string> Listener::Open(const std::string& path, mode_t mode) {
  const std::string temporary = path + "." + std::to_string(getpid());
  if (temporary.size() >= sizeof(sockaddr_un::sun_path)) {
    return tl::unexpected("the socket's path is too long for a socket: " + path);
  }
  if (SomeoneListens(path)) return tl::unexpected("another server listens on " + path);

  Listener listener;
  listener.socket_ = NewSocket();
  if (!listener.socket_) return SystemError("socket");
  unlink(temporary.c_str());
  const sockaddr_un address = Address(temporary);
  // Before listen() nobody can connect, whatever the umask made of the file's mode.
  struct stat status {};
  const bool ready =
      bind(listener.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0 &&
      chmod(temporary.c_str(), mode) == 0 && listen(listener.socket_.get(), kBacklog) == 0 &&
      stat(temporary.c_str(), &status) == 0 && rename(temporary.c_str(), path.c_str()) == 0;
  if (!ready) {
    auto error = SystemError("cannot listen on " + path);
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

Listener::~Listener() {
  struct stat status {};
  if (path_.empty() || stat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) unlink(path_.c_str());
}

}  // namespace pillion
