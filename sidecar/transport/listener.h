// The socket's file: bound under a temporary name and renamed into place, so that clients of a
// server that was killed find either the old file or one that listens. Knows no protocol.
#pragma once

#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.h"

namespace pillion {

class Listener {
 public:
  // Takes the place of a socket that nobody listens on, and of nothing else. REQUIRES: no other
  // process opens the same path at the time; see PathLock. An error is one sentence.
  static tl::expected<Listener, std::string> Open(const std::string& path, mode_t mode);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();  // removes the file, if it is still this listener's

  // The file under the path is this listener's.
  bool InPlace() const;
  // The listening socket, given away.
  int ReleaseSocket() { return socket_.Release(); }

 private:
  Listener() = default;

  UniqueFd socket_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace pillion
