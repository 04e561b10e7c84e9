// The JSON and UBJSON encodings, which hold the same members.
// Spec: XGBoost, doc/model.schema and src/tree/tree_model.cc.
#include <charconv>
#include <type_traits>

#include "base/json_reader.h"
#include "base/quote.h"
#include "engine/formats/xgboost/booster_file.h"
#include "engine/formats/xgboost/ubjson_reader.h"

namespace pillion {
namespace {

bool IsBoolean(JsonReader::Value& value) {
  const char first = value.raw_json_token().front();
  return first == 't' || first == 'f';
}
bool IsBoolean(UbjsonReader::Value value) { return UbjsonReader::IsBoolean(value); }

// `Reader` is JsonReader or UbjsonReader.
template <typename Reader>
class BoosterTextReader {
 public:
  using Value = typename Reader::Value;

  BoosterTextReader(std::string_view where, const Limits& limits)
      : reader_(where, limits.json_depth_max) {}

  Result<BoosterFile> Read(std::string_view text) {
    const bool read = reader_.ReadText(text, [&](std::string_view key, Value value) {
      return key == "learner" ? ReadLearner(value) : reader_.Skip(value);
    });
    if (!read) return tl::unexpected<LoadError>(reader_.error());
    return std::move(file_);
  }

 private:
  // The arrays of a tree, one element a node.
  struct TreeArrays {
    std::vector<std::int32_t> left;
    std::vector<std::int32_t> right;
    std::vector<std::int64_t> features;
    std::vector<float> conditions;
    std::vector<float> hessian_sums;
    std::vector<bool> default_left;
    std::vector<std::int32_t> categorical_nodes;
    std::vector<std::int64_t> segments;
    std::vector<std::int64_t> sizes;
  };

  // Since 3.1 in brackets, one a class or target.
  bool ReadBaseScores(Value value) {
    std::string text;
    if (!reader_.Read(value, text)) return false;
    std::string_view rest = text;
    if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      const std::string_view digits = rest.substr(0, comma);
      float score = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), score);
      if (error != std::errc() || end != digits.data() + digits.size()) {
        return reader_.Fail("expected a number, found " + Quote(text));
      }
      file_.base_scores.push_back(score);
      more = comma != rest.npos;
      if (more) rest.remove_prefix(comma + 1);
    }
    file_.base_score = file_.base_scores.front();
    if (file_.base_scores.size() == 1) file_.base_scores.clear();
    return true;
  }

  // Parameters are numbers as strings.
  template <typename T>
  bool ReadParameter(Value value, T& out) {
    std::string text;
    if (!reader_.Read(value, text)) return false;
    const std::string_view digits = text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole || reader_.Fail("expected a number, found " + Quote(text));
  }

  bool ReadFlag(Value value, bool& out) {
    if (IsBoolean(value)) return reader_.Read(value, out);
    std::int32_t number = 0;
    if (!reader_.Read(value, number)) return false;
    out = number != 0;
    return true;
  }

  bool ReadLearner(Value learner) {
    return reader_.ReadObject(learner, [&](std::string_view key, Value value) {
      if (key == "learner_model_param") return ReadLearnerParameters(value);
      if (key == "objective") return ReadObjective(value);
      if (key == "gradient_booster") return ReadBooster(value);
      if (key == "feature_names") return reader_.Read(value, file_.feature_names);
      if (key == "attributes") return ReadAttributes(value);
      return reader_.Skip(value);
    });
  }

  bool ReadAttributes(Value attributes) {
    return reader_.ReadObject(attributes, [&](std::string_view key, Value value) {
      return key == "best_iteration" ? reader_.Read(value, file_.best_iteration)
                                     : reader_.Skip(value);
    });
  }

  bool ReadCategories(Value categories) {
    return reader_.ReadObject(categories, [&](std::string_view key, Value value) {
      if (key != "enc") return reader_.Skip(value);
      return reader_.ReadArray(value, [&](Value item) {
        file_.has_category_names = true;
        return reader_.Skip(item);
      });
    });
  }

  bool ReadLearnerParameters(Value parameters) {
    return reader_.ReadObject(parameters, [&](std::string_view key, Value value) {
      if (key == "base_score") return ReadBaseScores(value);
      if (key == "num_feature") return ReadParameter(value, file_.feature_count);
      if (key == "num_class") return ReadParameter(value, file_.class_count);
      if (key == "num_target") return ReadParameter(value, file_.target_count);
      return reader_.Skip(value);
    });
  }

  bool ReadObjective(Value objective) {
    return reader_.ReadObject(objective, [&](std::string_view key, Value value) {
      return key == "name" ? reader_.Read(value, file_.objective) : reader_.Skip(value);
    });
  }

  bool ReadBooster(Value booster) {
    return reader_.ReadObject(booster, [&](std::string_view key, Value value) {
      if (key == "name") return reader_.Read(value, file_.kind);
      if (key == "model") return ReadModel(value);
      if (key == "gbtree") return ReadTreesOfDart(value);
      if (key == "weight_drop") return reader_.Read(value, file_.tree_weights);
      return reader_.Skip(value);
    });
  }

  bool ReadTreesOfDart(Value trees) {
    return reader_.ReadObject(trees, [&](std::string_view key, Value value) {
      return key == "model" ? ReadModel(value) : reader_.Skip(value);
    });
  }

  bool ReadModel(Value model) {
    return reader_.ReadObject(model, [&](std::string_view key, Value value) {
      if (key == "gbtree_model_param") return ReadTreeParameters(value);
      if (key == "trees")
        return reader_.ReadArray(value, [&](Value tree) { return ReadTree(tree); });
      if (key == "tree_info") return reader_.Read(value, file_.tree_groups);
      if (key == "iteration_indptr") return reader_.Read(value, file_.round_begins);
      if (key == "cats") return ReadCategories(value);
      if (key == "weights") return reader_.Read(value, file_.linear_weights);
      return reader_.Skip(value);
    });
  }

  bool ReadTreeParameters(Value parameters) {
    return reader_.ReadObject(parameters, [&](std::string_view key, Value value) {
      return key == "num_parallel_tree" ? ReadParameter(value, file_.trees_per_round_and_group)
                                        : reader_.Skip(value);
    });
  }

  bool ReadTree(Value value) {
    TreeArrays arrays;
    BoosterFile::Tree tree;
    const bool read = reader_.ReadObject(value, [&](std::string_view key, Value item) {
      if (key == "id") return ReadTreeId(item);
      if (key == "tree_param") return ReadLeafSize(item, tree);
      if (key == "left_children") return reader_.Read(item, arrays.left);
      if (key == "right_children") return reader_.Read(item, arrays.right);
      if (key == "split_indices") return reader_.Read(item, arrays.features);
      if (key == "split_conditions") return reader_.Read(item, arrays.conditions);
      if (key == "sum_hessian") return reader_.Read(item, arrays.hessian_sums);
      if (key == "categories") return reader_.Read(item, tree.categories);
      if (key == "categories_nodes") return reader_.Read(item, arrays.categorical_nodes);
      if (key == "categories_segments") return reader_.Read(item, arrays.segments);
      if (key == "categories_sizes") return reader_.Read(item, arrays.sizes);
      if (key == "default_left") {
        return reader_.ReadArray(item, [&](Value flag) {
          bool left = false;
          if (!ReadFlag(flag, left)) return false;
          arrays.default_left.push_back(left);
          return true;
        });
      }
      return reader_.Skip(item);
    });
    if (!read || !JoinArrays(arrays, tree) || !MarkCategories(arrays, tree)) return false;
    file_.trees.push_back(std::move(tree));
    return true;
  }

  bool ReadTreeId(Value value) {
    std::int64_t id = 0;
    if (!reader_.Read(value, id)) return false;
    return id == static_cast<std::int64_t>(file_.trees.size()) ||
           reader_.Fail("expected the tree with id " + std::to_string(file_.trees.size()) +
                        ", found " + std::to_string(id));
  }

  bool ReadLeafSize(Value parameters, BoosterFile::Tree& tree) {
    return reader_.ReadObject(parameters, [&](std::string_view key, Value value) {
      return key == "size_leaf_vector" ? ReadParameter(value, tree.leaf_size) : reader_.Skip(value);
    });
  }

  bool JoinArrays(const TreeArrays& arrays, BoosterFile::Tree& tree) {
    const std::size_t count = arrays.left.size();
    if (arrays.right.size() != count || arrays.features.size() != count ||
        arrays.conditions.size() != count || arrays.hessian_sums.size() != count ||
        arrays.default_left.size() != count) {
      return tree.leaf_size > 1 || reader_.Fail("the arrays of a tree differ in length");
    }
    tree.nodes.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      BoosterFile::Node& node = tree.nodes[i];
      node.left = arrays.left[i];
      node.right = arrays.right[i];
      node.feature = arrays.features[i] >= 0 && arrays.features[i] < UINT32_MAX
                         ? static_cast<std::uint32_t>(arrays.features[i])
                         : UINT32_MAX;
      node.value = arrays.conditions[i];
      node.hessian_sum = arrays.hessian_sums[i];
      node.default_left = arrays.default_left[i];
    }
    return true;
  }

  bool MarkCategories(const TreeArrays& arrays, BoosterFile::Tree& tree) {
    const std::size_t count = arrays.categorical_nodes.size();
    if (arrays.segments.size() != count || arrays.sizes.size() != count) {
      return reader_.Fail("the arrays of a tree's categories differ in length");
    }
    const auto total = static_cast<std::int64_t>(tree.categories.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t begin = arrays.segments[i];
      const std::int64_t size = arrays.sizes[i];
      const std::int32_t index = arrays.categorical_nodes[i];
      if (index < 0 || static_cast<std::size_t>(index) >= tree.nodes.size() || begin < 0 ||
          size < 0 || begin > total || size > total - begin) {
        return reader_.Fail("the categories of node " + std::to_string(index) +
                            " lie outside of the tree");
      }
      BoosterFile::Node& node = tree.nodes[static_cast<std::size_t>(index)];
      node.categorical = true;
      node.categories_begin = static_cast<std::uint32_t>(begin);
      node.categories_count = static_cast<std::uint32_t>(size);
    }
    return true;
  }

  Reader reader_;
  BoosterFile file_;
};

}  // namespace

Result<BoosterFile> ReadBoosterJson(std::string_view bytes, const Limits& limits,
                                    std::string_view where) {
  return BoosterTextReader<JsonReader>(where, limits).Read(bytes);
}

Result<BoosterFile> ReadBoosterUbjson(std::string_view bytes, const Limits& limits,
                                      std::string_view where) {
  return BoosterTextReader<UbjsonReader>(where, limits).Read(bytes);
}

Result<BoosterFile> ReadBoosterFile(std::string_view bytes, const Limits& limits,
                                    std::string_view where) {
  if (!bytes.starts_with('{')) return ReadBoosterBinary(bytes, where);
  const std::size_t next = bytes.find_first_not_of(" \t\n\r", 1);
  const bool is_json = next != std::string_view::npos && (bytes[next] == '"' || bytes[next] == '}');
  return is_json ? ReadBoosterJson(bytes, limits, where) : ReadBoosterUbjson(bytes, limits, where);
}

}  // namespace pillion
