// One node of a tree.pb: one message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/formats/mleap/cluster_tree.pb.h"
#include "engine/formats/mleap/decision_tree.pb.h"
#include "engine/formats/mleap/tree_builder.h"

namespace pillion {

// `message` is the caller's to keep, for its memory's sake. Overwrites `node` but keeps its
// vectors' memory. Returns what is wrong with the bytes.
std::optional<std::string> ReadTreeMessage(std::string_view bytes, const Limits& limits,
                                           ml::bundle::dtree::Node& message,
                                           DecisionTreeNode& node);
std::optional<std::string> ReadTreeMessage(std::string_view bytes, const Limits& limits,
                                           ml::bundle::ctree::Node& message, ClusterTreeNode& node);

}  // namespace pillion
