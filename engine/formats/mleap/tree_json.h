// One node of a tree.json: one line.
#pragma once

#include <string_view>

#include "base/json_reader.h"
#include "engine/formats/mleap/tree_builder.h"

namespace pillion {

// Overwrites `node` but keeps its vectors' memory. False: the reader has the error.
bool ReadTreeLine(JsonReader& reader, std::string_view line, DecisionTreeNode& node);
bool ReadTreeLine(JsonReader& reader, std::string_view line, ClusterTreeNode& node);

}  // namespace pillion
