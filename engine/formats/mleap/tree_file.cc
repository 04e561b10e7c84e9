// The framing of tree files: lines, or messages behind their lengths. A tree ends the reading;
// what follows is ignored, as in MLeap.
#include "engine/formats/mleap/tree_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/files/big_endian.h"
#include "engine/formats/mleap/tree_builder.h"
#include "engine/formats/mleap/tree_json.h"
#include "engine/formats/mleap/tree_proto.h"

namespace pillion {
namespace {

std::string Place(std::string_view where, const char* unit, std::size_t number) {
  return std::string(where) + ": " + unit + " " + std::to_string(number);
}

template <typename Builder>
Result<void> ReadLines(std::string_view bytes, const Limits& limits, std::string_view where,
                       Builder& builder) {
  JsonReader reader(where, limits.json_depth_max);
  typename Builder::Node node;
  for (std::size_t number = 1; !builder.is_complete(); ++number) {
    const auto place = [&] { return Place(where, "line", number); };
    if (bytes.empty()) return Fail(LoadCode::kBadBundle, place(), "expected a node, found the end");
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (!ReadTreeLine(reader, bytes.substr(0, end), node)) {
      reader.set_where(place());
      return tl::unexpected<LoadError>(reader.error());
    }
    if (auto wrong = builder.Add(node)) return Fail(wrong->code, place(), std::move(wrong->what));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return {};
}

template <typename Message, typename Builder>
Result<void> ReadMessages(std::string_view bytes, const Limits& limits, std::string_view where,
                          Builder& builder) {
  Message message;
  typename Builder::Node node;
  for (std::size_t number = 1; !builder.is_complete(); ++number) {
    const auto fail = [&](std::string what, LoadCode code = LoadCode::kBadBundle) {
      return Fail(code, Place(where, "node", number), std::move(what));
    };
    if (bytes.size() < sizeof(std::uint32_t)) return fail("expected a node, found the end");
    const auto size = ReadBigEndian<std::uint32_t>(bytes, 0);
    bytes.remove_prefix(sizeof(std::uint32_t));
    if (size > bytes.size()) {
      return fail("expected " + std::to_string(size) + " bytes, found " +
                  std::to_string(bytes.size()));
    }
    if (const auto wrong = ReadTreeMessage(bytes.substr(0, size), limits, message, node)) {
      return fail(*wrong);
    }
    if (auto wrong = builder.Add(node)) return fail(std::move(wrong->what), wrong->code);
    bytes.remove_prefix(size);
  }
  return {};
}

template <typename Message, typename Builder>
auto ReadTree(std::string_view bytes, BundleFormat format, const Limits& limits,
              std::string_view where) -> Result<decltype(std::declval<Builder>().Take())> {
  Builder builder(limits);
  PILLION_TRY(format == BundleFormat::kJson ? ReadLines(bytes, limits, where, builder)
                                            : ReadMessages<Message>(bytes, limits, where, builder));
  return builder.Take();
}

}  // namespace

Result<DecisionTreeFile> ReadDecisionTree(std::string_view bytes, BundleFormat format,
                                          const Limits& limits, std::string_view where) {
  return ReadTree<ml::bundle::dtree::Node, DecisionTreeBuilder>(bytes, format, limits, where);
}

Result<ClusterTreeFile> ReadClusterTree(std::string_view bytes, BundleFormat format,
                                        const Limits& limits, std::string_view where) {
  return ReadTree<ml::bundle::ctree::Node, ClusterTreeBuilder>(bytes, format, limits, where);
}

}  // namespace pillion
