// The socket's file: bound under a temporary name and renamed into place, so that clients of a
// server that was killed find either the old file or one that listens. Knows no protocol.
#pragma once

#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>

#include "schemas/descriptors.h"

namespace pillion {

class Listener {
 public:
  // Refuses where another server listens under the path. An error is one sentence.
  static tl::expected<Listener, std::string> Open(const std::string& path, mode_t mode);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();  // removes the file, if it is still this listener's

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
