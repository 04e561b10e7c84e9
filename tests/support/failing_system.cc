#include "tests/support/failing_system.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "tests/support/failure_point.h"

namespace {

thread_local bool exempt = false;
pillion::testing::FailurePoint point;
std::atomic<const char*> last{nullptr};

bool Fails(const char* call, int error) {
  if (exempt || !point.Fails()) return false;
  last.store(call);
  errno = error;
  return true;
}

}  // namespace

namespace pillion::testing {

void ExemptThisThreadsCalls() noexcept { exempt = true; }

void FailSystemCall(std::uint64_t nth) noexcept { point.Arm(nth); }

std::uint64_t StopFailingCalls() noexcept { return point.Disarm(); }

const char* LastFailedCall() noexcept { return last.load(); }

}  // namespace pillion::testing

// NOLINTBEGIN: the linker's names
extern "C" {

int __real_accept(int, sockaddr*, socklen_t*);
int __wrap_accept(int socket, sockaddr* address, socklen_t* size) {
  return Fails("accept", EMFILE) ? -1 : __real_accept(socket, address, size);
}

int __real_memfd_create(const char*, unsigned);
int __wrap_memfd_create(const char* name, unsigned flags) {
  return Fails("memfd_create", EMFILE) ? -1 : __real_memfd_create(name, flags);
}

int __real_ftruncate(int, off_t);
int __wrap_ftruncate(int fd, off_t length) {
  return Fails("ftruncate", ENOMEM) ? -1 : __real_ftruncate(fd, length);
}

int __real_fallocate(int, int, off_t, off_t);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length) {
  return Fails("fallocate", ENOSPC) ? -1 : __real_fallocate(fd, mode, offset, length);
}

void* __real_mmap(void*, std::size_t, int, int, int, off_t);
void* __wrap_mmap(void* at, std::size_t bytes, int protection, int flags, int fd, off_t offset) {
  if (fd >= 0 && Fails("mmap", ENOMEM)) return reinterpret_cast<void*>(-1);
  return __real_mmap(at, bytes, protection, flags, fd, offset);
}

int __real_eventfd(unsigned, int);
int __wrap_eventfd(unsigned value, int flags) {
  return Fails("eventfd", EMFILE) ? -1 : __real_eventfd(value, flags);
}

int __real_socketpair(int, int, int, int*);
int __wrap_socketpair(int domain, int type, int protocol, int* ends) {
  return Fails("socketpair", EMFILE) ? -1 : __real_socketpair(domain, type, protocol, ends);
}

int __real_epoll_ctl(int, int, int, epoll_event*);
int __wrap_epoll_ctl(int epoll, int what, int fd, epoll_event* event) {
  // Taking a watch away needs nothing.
  if (what != EPOLL_CTL_DEL && Fails("epoll_ctl", ENOMEM)) return -1;
  return __real_epoll_ctl(epoll, what, fd, event);
}

ssize_t __real_sendmsg(int, const msghdr*, int);
ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  return Fails("sendmsg", ENOBUFS) ? -1 : __real_sendmsg(socket, message, flags);
}

}  // extern "C"
// NOLINTEND
