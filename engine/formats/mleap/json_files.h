// bundle.json, node.json and model.json. Takes texts, opens nothing; `where` is the file's path.
#pragma once

#include <string_view>

#include "engine/formats/mleap/bundle.h"

namespace pillion {

// Needs what MLeap needs, although only `format` decides anything.
Result<BundleInfo> ParseBundleJson(std::string_view text, std::string_view where,
                                   const Limits& limits);
Result<NodeFile> ParseNodeJson(std::string_view text, std::string_view where, const Limits& limits);
Result<ModelFile> ParseModelJson(std::string_view text, std::string_view where,
                                 const Limits& limits);

}  // namespace pillion
