// A log that a test reads back.
#pragma once

#include <fcntl.h>

#include <string>

#include "base/unique_fd.h"
#include "sidecar/transport/event_log.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {

class LogFile {
 public:
  EventLog& log() { return log_; }
  std::string Text() const { return ReadFile(path_); }

 private:
  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() / "log";
  const UniqueFd file_{open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  EventLog log_{file_.get(), LogLevel::kDebug};
};

}  // namespace pillion::testing
