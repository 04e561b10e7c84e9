// One server for each run directory: an exclusive flock on a file of its own, which the kernel
// releases however the process ends. The file stays behind; whoever removed it would let two
// servers lock two files of one name.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.h"

namespace pillion {

class PathLock {
 public:
  // Never waits. An error is one sentence.
  static tl::expected<PathLock, std::string> Acquire(const std::string& path);

  // The file under the path is the locked one. Where it is not, others can lock it too.
  bool InPlace() const;

 private:
  PathLock(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  UniqueFd file_;
};

}  // namespace pillion
