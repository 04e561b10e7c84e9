// The legacy binary encoding: packed little-endian structs, dumped by the library as they lay in
// memory. Spec: XGBoost 2.0, src/learner.cc, src/gbm/gbtree_model.h, include/xgboost/tree_model.h.
#include <bit>
#include <cstring>

#include "engine/formats/xgboost/booster_file.h"

namespace pillion {
namespace {

static_assert(std::endian::native == std::endian::little);

// Reads on from the front; reading past the end fails once and for all, and gives zeros.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Read() {
    T value{};
    if (!Has(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  void Skip(std::size_t count) {
    if (Has(count)) bytes_.remove_prefix(count);
  }
  std::string ReadString() {
    const auto size = Read<std::uint64_t>();
    if (!Has(size)) return {};
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  template <typename T>
  std::vector<T> ReadArray(std::uint64_t count) {
    if (failed_ || count > bytes_.size() / sizeof(T)) {
      failed_ = true;
      return {};
    }
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), bytes_.data(), count * sizeof(T));
    bytes_.remove_prefix(count * sizeof(T));
    return values;
  }

  bool failed() const { return failed_; }
  std::size_t left() const { return bytes_.size(); }

 private:
  bool Has(std::uint64_t count) {
    failed_ = failed_ || count > bytes_.size();
    return !failed_;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

struct BinaryNode {
  std::int32_t parent;
  std::int32_t left;
  std::int32_t right;
  std::uint32_t split;  // feature; the top bit: missing values go left
  float value;
};
static_assert(sizeof(BinaryNode) == 20);

struct BinaryStatistics {
  float loss_change;
  float hessian_sum;
  float base_weight;
  std::int32_t leaf_child_count;
};
static_assert(sizeof(BinaryStatistics) == 16);

BoosterFile::Tree ReadTree(BinaryReader& reader) {
  constexpr std::uint32_t kDefaultLeft = 1U << 31;
  BoosterFile::Tree tree;
  reader.Skip(4);
  const auto node_count = reader.Read<std::uint32_t>();
  reader.Skip(4 * 3);
  tree.leaf_size = reader.Read<std::uint32_t>();
  reader.Skip(4 * 31);
  const auto nodes = reader.ReadArray<BinaryNode>(node_count);
  const auto statistics = reader.ReadArray<BinaryStatistics>(node_count);
  if (reader.failed()) return tree;
  tree.nodes.resize(node_count);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    BoosterFile::Node& node = tree.nodes[i];
    node.left = nodes[i].left;
    node.right = nodes[i].right;
    node.feature = nodes[i].split & ~kDefaultLeft;
    node.default_left = (nodes[i].split & kDefaultLeft) != 0;
    node.value = nodes[i].value;
    node.hessian_sum = statistics[i].hessian_sum;
  }
  return tree;
}

void ReadTrees(BinaryReader& reader, BoosterFile& file) {
  const auto tree_count = reader.Read<std::int32_t>();
  file.trees_per_round_and_group = reader.Read<std::uint32_t>();
  reader.Skip(4 * 38);
  for (std::int32_t i = 0; i < tree_count && !reader.failed(); ++i) {
    file.trees.push_back(ReadTree(reader));
  }
  file.tree_groups = reader.ReadArray<std::int32_t>(file.trees.size());
  if (file.kind == "dart" && !file.trees.empty()) {
    file.tree_weights = reader.ReadArray<float>(reader.Read<std::uint64_t>());
  }
}

void ReadLearner(BinaryReader& reader, BoosterFile& file) {
  file.base_score = reader.Read<float>();
  file.feature_count = reader.Read<std::uint32_t>();
  file.class_count = reader.Read<std::uint32_t>();
  reader.Skip(4 * 2);
  file.major_version = reader.Read<std::uint32_t>();
  reader.Skip(4);
  file.target_count = reader.Read<std::uint32_t>();
  reader.Skip(4 * 26);
  file.objective = reader.ReadString();
  file.kind = reader.ReadString();
}

}  // namespace

Result<BoosterFile> ReadBoosterBinary(std::string_view bytes, std::string_view where) {
  constexpr std::string_view kSignature = "binf";
  BinaryReader reader(bytes);
  if (bytes.starts_with(kSignature)) reader.Skip(kSignature.size());
  BoosterFile file;
  ReadLearner(reader, file);
  if (file.kind == "gblinear") {
    reader.Skip(4 * 34);
    file.linear_weights = reader.ReadArray<float>(reader.Read<std::uint64_t>());
  } else if (!reader.failed()) {
    ReadTrees(reader, file);
  }
  if (reader.failed()) {
    return Fail(LoadCode::kBadBundle, std::string(where),
                "no XGBoost model: the legacy binary form ends early, after " +
                    std::to_string(bytes.size()) + " bytes");
  }
  return file;
}

}  // namespace pillion
