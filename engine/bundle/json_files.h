// bundle.json, node.json and model.json. Takes texts, opens nothing; `where` is the file's path.
#pragma once

#include <string_view>

#include "engine/bundle/bundle.h"

namespace pillion {

// Lenient about everything but `format`, as nothing else decides anything.
Result<BundleInfo> ParseBundleJson(std::string_view text, std::string_view where,
                                   const Limits& limits);
Result<NodeFile> ParseNodeJson(std::string_view text, std::string_view where, const Limits& limits);
// Absent attributes are none: Python's exporters leave them out.
Result<ModelFile> ParseModelJson(std::string_view text, std::string_view where,
                                 const Limits& limits);

}  // namespace pillion
