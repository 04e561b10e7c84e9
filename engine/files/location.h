// Where a bundle lies, as people write it: a path, or a URI as MLeap takes it. Reads no bundle.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/load_error.h"

namespace pillion {

struct Location {
  std::filesystem::path path;
  std::string folder;  // in the zip or directory, such as "models/house"; empty: its top
};

// A path; "file:/m.zip", "file:///m.zip" or "file://localhost/m.zip" as RFC 8089 has them, with
// percent-encoding; "jar:file:/m.zip" and "jar:file:/m.zip!/models/house". What exists under just
// this name is a path, whatever it looks like. Errors: kNotFound, for what is not of this machine.
Result<Location> ReadLocation(std::string_view text);

}  // namespace pillion
