#include "engine/formats/lightgbm/gbdt_file.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/quote.h"

namespace pillion {
namespace {

constexpr std::uint32_t kFeaturesMax = 1 << 20;
constexpr std::uint32_t kClassesMax = 1 << 20;

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<GbdtFile> Read() && {
    if (ReadHead() && ReadTrees() && ReadTail()) return std::move(file_);
    return tl::unexpected(LoadError({problem_}));
  }

 private:
  bool Fail(std::string what, LoadCode code = LoadCode::kBadBundle) {
    problem_ = {code, "line " + std::to_string(line_), std::move(what)};
    return false;
  }

  // The next line, without its end. Nothing: there is none.
  std::optional<std::string_view> Next() {
    if (rest_.empty()) return std::nullopt;
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return line;
  }

  // "key=value" -> value, where the line has that key.
  static std::optional<std::string_view> ValueOf(std::string_view line, std::string_view key) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') {
      return std::nullopt;
    }
    return line.substr(key.size() + 1);
  }

  template <typename T>
  bool Number(std::string_view text, T* out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
    if (error == std::errc() && end == text.data() + text.size()) return true;
    return Fail("expected a number, found " + Quote(text));
  }

  template <typename T>
  bool Numbers(std::string_view text, std::vector<T>* out) {
    while (!text.empty()) {
      const std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(text.size(), word.size() + 1));
      if (word.empty()) continue;
      T number{};
      if (!Number(word, &number)) return false;
      out->push_back(number);
    }
    return true;
  }

  bool ReadHead() {
    std::uint32_t feature_index_max = 0;
    bool has_features = false;
    for (;;) {
      const auto line = Next();
      if (!line) return Fail("the file ends before its trees");
      if (line->starts_with("Tree=") || *line == "end of trees") {
        ahead_ = *line;
        break;
      }
      if (const auto value = ValueOf(*line, "num_class")) {
        if (!Number(*value, &file_.class_count)) return false;
      } else if (const auto per = ValueOf(*line, "num_tree_per_iteration")) {
        if (!Number(*per, &file_.trees_per_iteration)) return false;
      } else if (const auto index = ValueOf(*line, "max_feature_idx")) {
        if (!Number(*index, &feature_index_max)) return false;
        has_features = true;
      } else if (const auto objective = ValueOf(*line, "objective")) {
        file_.objective = *objective;
      } else if (const auto names = ValueOf(*line, "feature_names")) {
        ReadNames(*names);
      } else if (*line == "average_output") {
        file_.average_output = true;
      } else if (const auto constraint = ValueOf(*line, "linear_tree"); constraint == "1") {
        return FailLinear();
      }
    }
    if (!has_features || feature_index_max >= kFeaturesMax) {
      return Fail("expected max_feature_idx below " + std::to_string(kFeaturesMax));
    }
    file_.feature_count = feature_index_max + 1;
    if (file_.trees_per_iteration == 0 || file_.trees_per_iteration > kClassesMax) {
      return Fail("expected num_tree_per_iteration from 1 to " + std::to_string(kClassesMax));
    }
    return true;
  }

  void ReadNames(std::string_view names) {
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      file_.feature_names.emplace_back(name);
    }
  }

  bool FailLinear() {
    return Fail("linear trees are not read; train without linear_tree", LoadCode::kUnsupported);
  }

  bool ReadTrees() {
    while (ahead_ != "end of trees") {
      if (const auto number = ValueOf(ahead_, "Tree")) {
        std::size_t index = 0;
        if (!Number(*number, &index)) return false;
        if (index != file_.trees.size()) {
          return Fail("expected Tree=" + std::to_string(file_.trees.size()));
        }
        if (!ReadTree()) return false;
      } else if (ahead_.empty()) {
        const auto line = Next();
        if (!line) return Fail("the file is cut off: 'end of trees' is missing");
        ahead_ = *line;
      } else {
        return Fail("expected a tree, found " + Quote(ahead_));
      }
    }
    if (file_.trees.size() % file_.trees_per_iteration != 0) {
      return Fail("expected " + std::to_string(file_.trees_per_iteration) +
                  " trees an iteration, found " + std::to_string(file_.trees.size()) + " in all");
    }
    return true;
  }

  // The arrays of a tree, one element a node but for leaf_value.
  struct Arrays {
    std::uint32_t leaf_count = 0;
    std::uint32_t categorical_count = 0;
    std::vector<std::uint32_t> features;
    std::vector<double> thresholds;
    std::vector<std::uint32_t> decisions;
    std::vector<std::int32_t> left;
    std::vector<std::int32_t> right;
    std::vector<std::uint32_t> boundaries;
  };

  bool ReadTree() {
    Arrays arrays;
    GbdtFile::Tree tree;
    for (;;) {
      const auto line = Next();
      if (!line) return Fail("the file is cut off within a tree");
      if (line->empty()) break;
      const std::size_t equals = std::min(line->find('='), line->size());
      const std::string_view key = line->substr(0, equals);
      const std::string_view value = line->substr(std::min(equals + 1, line->size()));
      if (!ReadMember(key, value, &arrays, &tree)) return false;
    }
    ahead_ = {};
    if (!Join(arrays, &tree)) return false;
    file_.trees.push_back(std::move(tree));
    return true;
  }

  bool ReadMember(std::string_view key, std::string_view value, Arrays* arrays,
                  GbdtFile::Tree* tree) {
    if (key == "num_leaves") return Number(value, &arrays->leaf_count);
    if (key == "num_cat") return Number(value, &arrays->categorical_count);
    if (key == "split_feature") return Numbers(value, &arrays->features);
    if (key == "threshold") return Numbers(value, &arrays->thresholds);
    if (key == "decision_type") return Numbers(value, &arrays->decisions);
    if (key == "left_child") return Numbers(value, &arrays->left);
    if (key == "right_child") return Numbers(value, &arrays->right);
    if (key == "leaf_value") return Numbers(value, &tree->leaves);
    if (key == "cat_boundaries") return Numbers(value, &arrays->boundaries);
    if (key == "cat_threshold") return Numbers(value, &tree->categories);
    return key != "is_linear" || value == "0" || FailLinear();
  }

  bool Join(const Arrays& arrays, GbdtFile::Tree* tree) {
    if (arrays.leaf_count == 0 || tree->leaves.size() != arrays.leaf_count) {
      return Fail("a tree of " + std::to_string(arrays.leaf_count) + " leaves has " +
                  std::to_string(tree->leaves.size()) + " leaf values");
    }
    const std::size_t count = arrays.leaf_count - 1;
    for (const std::size_t size :
         {arrays.features.size(), arrays.thresholds.size(), arrays.decisions.size(),
          arrays.left.size(), arrays.right.size()}) {
      if (size == count) continue;
      return Fail("the arrays of a tree have " + std::to_string(size) + " elements for " +
                  std::to_string(count) + " nodes");
    }
    tree->nodes.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      GbdtFile::Node& node = tree->nodes[i];
      node.feature = arrays.features[i];
      node.threshold = arrays.thresholds[i];
      node.left = arrays.left[i];
      node.right = arrays.right[i];
      const std::uint32_t decision = arrays.decisions[i];
      node.categorical = (decision & 1U) != 0;
      node.default_left = (decision & 2U) != 0;
      const std::uint32_t missing = decision >> 2U & 3U;
      if (missing > 2) return Fail("decision_type " + std::to_string(decision) + " is not known");
      node.missing = static_cast<GbdtFile::Missing>(missing);
      if (node.feature >= file_.feature_count) {
        return Fail("a split on feature " + std::to_string(node.feature) + " of " +
                    std::to_string(file_.feature_count));
      }
      if (!IsChild(node.left, i, arrays) || !IsChild(node.right, i, arrays)) {
        return Fail("node " + std::to_string(i) + " has the children " + std::to_string(node.left) +
                    " and " + std::to_string(node.right) + ", which make no tree");
      }
      if (node.categorical && !TakeCategories(arrays, *tree, &node)) return false;
    }
    return true;
  }

  // Nodes are numbered as they were split off: a child behind its parent.
  static bool IsChild(std::int32_t child, std::size_t parent, const Arrays& arrays) {
    if (child < 0) return static_cast<std::uint32_t>(~child) < arrays.leaf_count;
    return static_cast<std::size_t>(child) > parent &&
           static_cast<std::size_t>(child) < arrays.left.size();
  }

  bool TakeCategories(const Arrays& arrays, const GbdtFile::Tree& tree, GbdtFile::Node* node) {
    const double place = node->threshold;
    const auto count = static_cast<double>(arrays.categorical_count);
    if (!(place >= 0 && place < count) ||
        arrays.boundaries.size() != arrays.categorical_count + 1ULL) {
      return Fail("the categories of a node lie outside of the tree");
    }
    const auto index = static_cast<std::size_t>(place);
    const std::uint32_t begin = arrays.boundaries[index];
    const std::uint32_t end = arrays.boundaries[index + 1];
    if (begin > end || end > tree.categories.size()) {
      return Fail("the categories of a node lie outside of the tree");
    }
    node->categories_begin = begin;
    node->categories_count = end - begin;
    return true;
  }

  bool ReadTail() {
    while (const auto line = Next()) {
      if (!line->starts_with("pandas_categorical:")) continue;
      const std::string_view names = line->substr(line->find(':') + 1);
      if (names == "null" || names == "[]") continue;
      return Fail(
          "the model reads categories by the names that a DataFrame gave them, pandas_categorical; "
          "train on their numbers, for which scikit-learn's OrdinalEncoder would do",
          LoadCode::kUnsupported);
    }
    return true;
  }

  std::string_view rest_;
  std::size_t line_ = 0;
  std::string_view ahead_;  // a line that was read and not yet understood
  GbdtFile file_;
  Problem problem_;
};

}  // namespace

Result<GbdtFile> ReadGbdtFile(std::string_view text, const Limits& limits) {
  if (text.size() > limits.entry_bytes_max) {
    return Fail(LoadCode::kOverLimit, "", "the file is larger than entry_bytes_max");
  }
  return Reader(text).Read();
}

}  // namespace pillion
