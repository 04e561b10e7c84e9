// A shell that does what a document says, in a directory of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pillion::docs {

// What a command printed, on both streams as a terminal shows them.
struct Printed {
  int exit_code = -1;
  std::string text;
};

// The directory holds what the repository's root holds: copies of the documents and examples, links
// to the rest; build/release is the build under test. Its programs come first in PATH, $HOME and
// $TMPDIR are in it, and compilers add the flags that the client library needs.
// /tmp/pillion, /run/pillion and /models, as people write them, are directories in it.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::filesystem::path directory() const { return directory_; }

  // Runs the scripts one after the other in one shell; ends at the first that fails. What they
  // started in the background is then terminated, and must end with 0 by that.
  std::vector<Printed> Run(const std::vector<std::string>& scripts);
  Printed Run(const std::string& script) { return Run(std::vector{script}).front(); }

  void Write(const std::string& name, const std::string& text) const;

 private:
  std::string Localized(std::string text) const;
  std::string Generalized(std::string text) const;

  std::filesystem::path root_;       // of all that follows
  std::filesystem::path directory_;  // where commands run
};

}  // namespace pillion::docs
