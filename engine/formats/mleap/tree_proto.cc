#include "engine/formats/mleap/tree_proto.h"

#include <cstdint>

#include "engine/formats/mleap/proto_reader.h"

namespace pillion {
namespace {

using Fault = std::optional<std::string>;
using Kind = DecisionTreeFile::Kind;
using ml::bundle::dtree::Split;

constexpr const char* kNotANode = "not a protobuf message of a tree's node";

Fault ReadSplit(const Split& split, DecisionTreeNode& node) {
  if (split.has_continuous()) {
    node.kind = Kind::kContinuous;
    node.feature = split.continuous().feature_index();
    node.threshold = split.continuous().threshold();
    return std::nullopt;
  }
  if (!split.has_categorical()) return "an internal node without its split";
  const Split::CategoricalSplit& categorical = split.categorical();
  node.kind = Kind::kCategorical;
  node.feature = categorical.feature_index();
  node.is_left = categorical.is_left();
  node.categories.assign(categorical.categories().begin(), categorical.categories().end());
  return std::nullopt;
}

}  // namespace

Fault ReadTreeMessage(std::string_view bytes, const Limits& limits,
                      ml::bundle::dtree::Node& message, DecisionTreeNode& node) {
  message.Clear();
  if (!ParseMessage(bytes, limits, message)) return kNotANode;
  if (message.has_internal()) return ReadSplit(message.internal().split(), node);
  if (!message.has_leaf()) return "a node that is neither internal nor a leaf";
  node.kind = Kind::kLeaf;
  node.values.assign(message.leaf().values().begin(), message.leaf().values().end());
  return std::nullopt;
}

Fault ReadTreeMessage(std::string_view bytes, const Limits& limits,
                      ml::bundle::ctree::Node& message, ClusterTreeNode& node) {
  message.Clear();
  if (!ParseMessage(bytes, limits, message)) return kNotANode;
  node.index = static_cast<std::int32_t>(message.index());
  node.norm = message.norm();
  node.center.assign(message.values().begin(), message.values().end());
  node.child_count = message.num_children();
  return std::nullopt;
}

}  // namespace pillion
