#include "tests/docs/session.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "tests/support/paths.h"
#include "tests/support/read_file.h"

namespace pillion::docs {
namespace {

using pillion::testing::ReadFile;

namespace fs = std::filesystem;

void WriteFile(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void WriteProgram(const fs::path& path, const std::string& text) {
  WriteFile(path, "#!/bin/sh\n" + text + "\n");
  fs::permissions(path, fs::perms::owner_all);
}

// Where examples write.
bool IsCopied(const std::string& name) { return name == "docs" || name == "examples"; }

// Servers may say a last word when they end, and must end well.
constexpr char kPrologue[] = R"(set -eu
end_background() {
  local status=$? job
  for job in $(jobs -p); do
    kill "$job" 2>/dev/null || true
    wait "$job" || { status=$?; echo "what ran in the background ended with $status"; }
  done
  exit "$status"
}
trap end_background EXIT
)";

}  // namespace

Session::Session() {
  std::string pattern = fs::temp_directory_path() / "pillion_docs_XXXXXX";
  root_ = mkdtemp(pattern.data());
  directory_ = root_ / "checkout";
  for (const char* const name : {"bin", "home", "checkout/build", "tmp", "run", "models"}) {
    fs::create_directories(root_ / name);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(SourceDir())) {
    const std::string name = entry.path().filename();
    if (name == "build" || name == ".git") continue;
    if (IsCopied(name)) {
      fs::copy(entry.path(), directory_ / name, fs::copy_options::recursive);
    } else {
      fs::create_symlink(entry.path(), directory_ / name);
    }
  }
  fs::create_directory_symlink(BinaryDir(), directory_ / "build/release");
  fs::create_symlink(BinaryDir() + "/bin/pillion", root_ / "bin/pillion");
  for (const std::string name : {"cc", "gcc"}) {
    WriteProgram(root_ / "bin" / name, "exec " PILLION_C_COMPILER " " PILLION_FLAGS " \"$@\"");
  }
  for (const std::string name : {"c++", "g++"}) {
    WriteProgram(root_ / "bin" / name, "exec " PILLION_CXX_COMPILER " " PILLION_FLAGS " \"$@\"");
  }
}

Session::~Session() { fs::remove_all(root_); }

void Session::Write(const std::string& name, const std::string& text) const {
  WriteFile(directory_ / name, Localized(text));
}

std::vector<Printed> Session::Run(const std::vector<std::string>& scripts) {
  const std::string root = root_;
  std::string script = "cd '" + directory_.string() + "'\nexport HOME='" + root +
                       "/home' TMPDIR='" + root + "/tmp' PATH='" + root +
                       "/bin':\"$PATH\" LC_ALL=C.UTF-8\n" + kPrologue;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const std::string number = std::to_string(i);
    script += "{ :\n" + Localized(scripts[i]) + "\n} >'" + root + "/out." + number + "' 2>&1\n";
    script += "touch '" + root + "/done." + number + "'\n";
  }
  WriteFile(root_ / "script", script);
  const std::string command = "bash '" + root + "/script' </dev/null >'" + root + "/rest' 2>&1";
  const int status = std::system(command.c_str());

  std::vector<Printed> printed(scripts.size());
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const std::string number = std::to_string(i);
    printed[i].text = Generalized(ReadFile(root_ / ("out." + number)));
    if (fs::remove(root_ / ("done." + number))) printed[i].exit_code = 0;
    fs::remove(root_ / ("out." + number));
  }
  const auto failed = std::find_if(printed.begin(), printed.end(),
                                   [](const Printed& one) { return one.exit_code != 0; });
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    Printed& blamed = failed == printed.end() ? printed.back() : *failed;
    blamed.exit_code = WEXITSTATUS(status);
    blamed.text += Generalized(ReadFile(root_ / "rest"));
  }
  return printed;
}

std::string Session::Localized(std::string text) const {
  static const std::regex paths(R"re((^|[\s=:"'(])(/(?:tmp/pillion|run/pillion|models)\b))re");
  return std::regex_replace(text, paths, "$1" + root_.string() + "$2");
}

std::string Session::Generalized(std::string text) const {
  for (const std::string& prefix : {directory_.string() + "/", root_.string()}) {
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
      text.erase(at, prefix.size());
    }
  }
  return text;
}

}  // namespace pillion::docs
