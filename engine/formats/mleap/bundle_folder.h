// Where in a zip or a directory the bundle lies, and what lies there if none does. Reads no bundle.
#pragma once

#include <string>

#include "base/load_error.h"
#include "engine/files/archive.h"

namespace pillion {

inline constexpr std::string_view kBundleFile = "bundle.json";  // JSON in protobuf bundles too

// The folder that holds bundle.json: "" for the archive's top, else a zip's single folder that has
// one. What is not that plain is refused: kBadBundle, with where bundle.json is, or with what is
// there instead of a bundle and the way out. Files that macOS and Windows add do not count.
Result<std::string> FindBundleFolder(const Archive& archive);

}  // namespace pillion
