// Runs the built `pillion` as a user does, in a directory of its own.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/golden_case.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"

namespace pillion::testing {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "pillion_command_XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~CommandTest() override { std::filesystem::remove_all(directory_); }

  // `arguments` are the shell's. Runs in `directory_`.
  Outcome Run(const std::string& arguments, const std::string& input = "") const {
    const std::filesystem::path in = Write("in", input);
    const std::filesystem::path out = directory_ / "out";
    const std::filesystem::path err = directory_ / "err";
    const std::string command = "cd " + directory_.string() + " && " + BinaryDir() +
                                "/bin/pillion " + arguments + " <" + in.string() + " >" +
                                out.string() + " 2>" + err.string();
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(out), ReadFile(err)};
  }

  // `name` may have directories in front.
  std::filesystem::path Write(const std::string& name, const std::string& text) const {
    std::filesystem::path path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  // The bundle of a recorded case, "NAME/model.zip".
  std::string Golden(const std::filesystem::path& path) const {
    const std::string name = path.parent_path();
    const auto golden =
        ReadGoldenCase(std::filesystem::path(SourceDir()) / "tests/golden/cases" / (name + ".txt"));
    return Write(name + ".zip", golden.Text(path.filename().string()));
  }
  static std::string Houses(const std::string& name) {
    return SourceDir() + "/examples/king-county/" + name;
  }

  std::filesystem::path directory_;
};

}  // namespace pillion::testing
