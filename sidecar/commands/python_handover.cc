#include "sidecar/commands/python_handover.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "base/quote.h"

namespace pillion {
namespace {

// Says what is missing in a sentence, where `-m` would say "No module named". Arguments: what is
// done, its packages, then those of the command.
constexpr char kProgram[] = R"(import importlib, sys
what, packages = sys.argv[1:3]
try:
    for name in packages.split():
        importlib.import_module(name)
    from pillion.__main__ import main
except ImportError as error:
    sys.exit((sys.stderr.write(
        f"pillion: {what} by Python, and {sys.executable} has not all that it takes ({error}): "
        f"install {packages.replace(' ', ' and ')} there with pip, or name another Python by "
        "PILLION_PYTHON\n"), 69)[1])
sys.exit(main(sys.argv[3:]))
)";

// The client library that belongs to this program, in a wheel and in a build alike; "": none.
std::string OwnLibrary() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path library =
      program.parent_path().parent_path() / "lib" / "libpillion-client.so.2";
  return std::filesystem::exists(library, error) ? library.string() : std::string();
}

}  // namespace

bool IsColumnarFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // a pipe is read only once
  std::array<char, 8> start = {};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  const std::string_view text(start.data(), start.size());
  // A name of a column may begin with the same letters, but no control character follows it.
  return (text.starts_with("PAR1") && text[4] > 0 && text[4] < ' ') ||
         text == std::string_view("ARROW1\0\0", 8) || text.starts_with("\xff\xff\xff\xff");
}

bool IsColumnarForm(std::string_view form) noexcept { return form == "parquet" || form == "arrow"; }

ExitCode HandToPython(const std::vector<std::string>& arguments, std::string_view what,
                      std::string_view packages) {
  const char* const chosen = std::getenv("PILLION_PYTHON");
  std::string python = chosen != nullptr && *chosen != '\0' ? chosen : "python3";
  std::vector<std::string> words = {python, "-c", kProgram, std::string(what),
                                    std::string(packages)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  if (const std::string library = OwnLibrary(); !library.empty()) {
    setenv("PILLION_CLIENT", library.c_str(), 0);
  }
  execvp(python.c_str(), pointers.data());
  const int error = errno;
  std::cerr << "pillion: " << what << " by Python, and " << Quote(python) << " cannot be run ("
            << std::generic_category().message(error) << "): install Python 3.9 or newer with "
            << "these packages of pip: " << packages << "; or name another Python by "
            << "PILLION_PYTHON\n";
  return ExitCode::kUnavailable;
}

}  // namespace pillion
