// A sidecar of the bench's own, in a child process, for as long as this object lives.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "sidecar/serving/scorer.h"
#include "sidecar/transport/options.h"

namespace pillion::bench {

class OwnServer {
 public:
  // Forks; the child serves `scorer`. REQUIRES: no threads yet.
  OwnServer(std::unique_ptr<Scorer> scorer, SpinMode spin);
  ~OwnServer();
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;

  const std::string& socket_path() const { return socket_path_; }
  pid_t pid() const { return pid_; }

 private:
  void WaitUntilItListens() const;

  std::string directory_;
  std::string socket_path_;
  pid_t pid_;
};

}  // namespace pillion::bench
