#include "engine/formats/mleap/tree_json.h"

#include "base/quote.h"

namespace pillion {
namespace {

using Kind = DecisionTreeFile::Kind;
using Value = JsonReader::Value;

// The members that a line has had so far, in any order.
class Members {
 public:
  enum Member : unsigned {
    kType = 1U << 0,
    kSplit = 1U << 1,
    kValues = 1U << 2,
    kFeature = 1U << 3,
    kThreshold = 1U << 4,
    kIsLeft = 1U << 5,
    kCategoryCount = 1U << 6,
    kCategories = 1U << 7,
    kIndex = 1U << 8,
    kNorm = 1U << 9,
    kChildCount = 1U << 10,
  };

  template <typename T>
  bool Read(JsonReader& reader, Member member, Value value, T& out) {
    seen_ |= member;
    return reader.Read(value, out);
  }
  template <typename T>
  bool Read(JsonReader& reader, Member member, Value value, std::vector<T>& out) {
    seen_ |= member;
    out.clear();
    return reader.Read(value, out);
  }
  void Add(Member member) { seen_ |= member; }
  bool Has(unsigned members) const { return (seen_ & members) == members; }

 private:
  unsigned seen_ = 0;
};

bool ReadSplit(JsonReader& reader, Value value, DecisionTreeNode& node, std::string& type) {
  Members members;
  std::int32_t feature = 0;
  std::int32_t category_count = 0;
  const bool read = reader.ReadObject(value, [&](std::string_view key, Value item) {
    if (key == "type") return members.Read(reader, Members::kType, item, type);
    if (key == "featureIndex") return members.Read(reader, Members::kFeature, item, feature);
    if (key == "threshold") {
      return members.Read(reader, Members::kThreshold, item, node.threshold);
    }
    if (key == "isLeft") return members.Read(reader, Members::kIsLeft, item, node.is_left);
    if (key == "numCategories") {
      return members.Read(reader, Members::kCategoryCount, item, category_count);
    }
    if (key == "categories") {
      return members.Read(reader, Members::kCategories, item, node.categories);
    }
    return reader.Skip(item);
  });
  if (!read) return false;
  node.feature = feature;
  if (type == "continuous") {
    return members.Has(Members::kFeature | Members::kThreshold) ||
           reader.Fail("a continuous split needs 'featureIndex' and 'threshold'");
  }
  if (type == "categorical") {
    return members.Has(Members::kFeature | Members::kIsLeft | Members::kCategoryCount |
                       Members::kCategories) ||
           reader.Fail(
               "a categorical split needs 'featureIndex', 'isLeft', 'numCategories' and "
               "'categories'");
  }
  return reader.Fail("expected the split's type continuous or categorical, found " + Quote(type));
}

}  // namespace

bool ReadTreeLine(JsonReader& reader, std::string_view line, DecisionTreeNode& node) {
  Members members;
  std::string type;
  std::string split_type;
  const bool read = reader.ReadText(line, [&](std::string_view key, Value value) {
    if (key == "type") return members.Read(reader, Members::kType, value, type);
    if (key == "values") return members.Read(reader, Members::kValues, value, node.values);
    if (key == "split") {
      members.Add(Members::kSplit);
      return ReadSplit(reader, value, node, split_type);
    }
    return reader.Skip(value);
  });
  if (!read) return false;
  if (type == "leaf") {
    node.kind = Kind::kLeaf;
    return members.Has(Members::kValues) || reader.Fail("a leaf needs 'values'");
  }
  if (type == "internal") {
    node.kind = split_type == "continuous" ? Kind::kContinuous : Kind::kCategorical;
    return members.Has(Members::kSplit) || reader.Fail("an internal node needs 'split'");
  }
  return reader.Fail("expected the type internal or leaf, found " + Quote(type));
}

bool ReadTreeLine(JsonReader& reader, std::string_view line, ClusterTreeNode& node) {
  Members members;
  std::int32_t child_count = 0;
  const bool read = reader.ReadText(line, [&](std::string_view key, Value value) {
    if (key == "index") return members.Read(reader, Members::kIndex, value, node.index);
    if (key == "norm") return members.Read(reader, Members::kNorm, value, node.norm);
    if (key == "values") return members.Read(reader, Members::kValues, value, node.center);
    if (key == "numChildren") {
      return members.Read(reader, Members::kChildCount, value, child_count);
    }
    return reader.Skip(value);
  });
  if (!read) return false;
  node.child_count = child_count;
  return members.Has(Members::kIndex | Members::kNorm | Members::kValues | Members::kChildCount) ||
         reader.Fail("a cluster needs 'index', 'norm', 'values' and 'numChildren'");
}

}  // namespace pillion
