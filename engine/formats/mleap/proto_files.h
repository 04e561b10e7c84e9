// node.pb and model.pb. Takes bytes, opens nothing; `where` is the file's path.
#pragma once

#include <string_view>

#include "engine/formats/mleap/bundle.h"

namespace pillion {

Result<NodeFile> ParseNodeProto(std::string_view bytes, std::string_view where,
                                const Limits& limits);
// Absent attributes are none, as in JSON.
Result<ModelFile> ParseModelProto(std::string_view bytes, std::string_view where,
                                  const Limits& limits);

}  // namespace pillion
