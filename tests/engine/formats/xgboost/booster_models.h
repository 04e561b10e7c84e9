// One small XGBoost model in each of its encodings, for tests: feature 0 below 0.5 or missing
// gives 0.3, otherwise -0.1; a second tree of one leaf gives -0.1.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pillion::testing {

// Little-endian, packed.
class BinaryModel {
 public:
  template <typename T>
  BinaryModel& Put(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    text_.append(bytes, sizeof(T));
    return *this;
  }
  BinaryModel& Zeros(std::size_t count) {
    text_.append(count, '\0');
    return *this;
  }
  BinaryModel& Text(std::string_view text) {
    Put(std::uint64_t{text.size()});
    text_.append(text);
    return *this;
  }
  BinaryModel& Learner(float base_score, std::uint32_t feature_count, std::string_view objective,
                       std::string_view kind, std::uint32_t major_version = 2) {
    Put(base_score).Put(feature_count).Zeros(12).Put(major_version).Zeros(4);
    return Put(std::uint32_t{1}).Zeros(104).Text(objective).Text(kind);
  }
  BinaryModel& TreeCount(std::int32_t count) { return Put(count).Put(std::int32_t{1}).Zeros(152); }
  BinaryModel& TreeHead(std::int32_t node_count) {
    return Put(std::int32_t{1}).Put(node_count).Zeros(140);
  }
  BinaryModel& Node(std::int32_t left, std::int32_t right, std::uint32_t split, float value) {
    return Put(std::int32_t{-1}).Put(left).Put(right).Put(split).Put(value);
  }
  BinaryModel& Statistics(float hessian_sum) { return Zeros(4).Put(hessian_sum).Zeros(8); }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline constexpr std::uint32_t kMissingLeft = 1U << 31;

inline std::string SmallBinary(std::string_view kind = "gbtree") {
  BinaryModel model;
  model.Learner(0.5F, 1, "binary:logistic", kind).TreeCount(2);
  model.TreeHead(3).Node(1, 2, kMissingLeft | 0U, 0.5F).Node(-1, -1, 0, 0.3F);
  model.Node(-1, -1, 0, -0.1F).Statistics(4).Statistics(3).Statistics(1);
  model.TreeHead(1).Node(-1, -1, 0, -0.1F).Statistics(4);
  model.Zeros(8);  // both trees belong to group 0
  if (kind == "dart") model.Put(std::uint64_t{2}).Put(1.0F).Put(0.5F);
  return model.text();
}

inline std::string SmallJson() {
  return R"({"version":[2,0,3],"learner":{"attributes":{},"feature_names":[],
 "gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2"},
  "iteration_indptr":[0,1,2],"tree_info":[0,0],"trees":[
  {"base_weights":[0,0,0],"categories":[],"categories_nodes":[],"categories_segments":[],
   "categories_sizes":[],"default_left":[1,0,0],"id":0,"left_children":[1,-1,-1],
   "loss_changes":[1,0,0],"parents":[2147483647,0,0],"right_children":[2,-1,-1],
   "split_conditions":[5E-1,3E-1,-1E-1],"split_indices":[0,0,0],"split_type":[0,0,0],
   "sum_hessian":[4E0,3E0,1E0],"tree_param":{"num_nodes":"3","size_leaf_vector":"1"}},
  {"default_left":[false],"id":1,"left_children":[-1],"right_children":[-1],
   "split_conditions":[-1E-1],"split_indices":[0],"sum_hessian":[4E0]}]},"name":"gbtree"},
 "learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"1","num_target":"1"},
 "objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}}})";
}

// Universal Binary JSON as XGBoost's writer makes it.
class Ubjson {
 public:
  static std::string Key(std::string_view key) {
    return "L" + BigEndian(static_cast<std::int64_t>(key.size())) + std::string(key);
  }
  static std::string Text(std::string_view text) { return "S" + Key(text); }
  static std::string Object(
      std::initializer_list<std::pair<std::string_view, std::string>> members) {
    std::string text = "{";
    for (const auto& [key, value] : members) text += Key(key) + value;
    return text + "}";
  }
  template <typename T>
  static std::string Array(char type, std::initializer_list<T> values) {
    std::string text =
        std::string("[$") + type + "#L" + BigEndian(static_cast<std::int64_t>(values.size()));
    for (const T value : values) text += BigEndian(value);
    return text;
  }
  static std::string Items(std::initializer_list<std::string> items) {
    std::string text = "[#L" + BigEndian(static_cast<std::int64_t>(items.size()));
    for (const std::string& item : items) text += item;
    return text;
  }
  template <typename T>
  static std::string BigEndian(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    return std::string(std::make_reverse_iterator(bytes + sizeof(T)),
                       std::make_reverse_iterator(bytes));
  }
};

inline std::string SmallUbjson() {
  using I = std::int32_t;
  const std::string first =
      Ubjson::Object({{"default_left", Ubjson::Array<std::uint8_t>('U', {1, 0, 0})},
                      {"id", "l" + Ubjson::BigEndian(I{0})},
                      {"left_children", Ubjson::Array<I>('l', {1, -1, -1})},
                      {"right_children", Ubjson::Array<I>('l', {2, -1, -1})},
                      {"split_conditions", Ubjson::Array<float>('d', {0.5F, 0.3F, -0.1F})},
                      {"split_indices", Ubjson::Array<I>('l', {0, 0, 0})},
                      {"sum_hessian", Ubjson::Array<float>('d', {4, 3, 1})},
                      {"tree_param", Ubjson::Object({{"size_leaf_vector", Ubjson::Text("1")}})}});
  const std::string second =
      Ubjson::Object({{"default_left", Ubjson::Array<std::uint8_t>('U', {0})},
                      {"id", "i\x01"},
                      {"left_children", Ubjson::Array<I>('l', {-1})},
                      {"right_children", Ubjson::Array<I>('l', {-1})},
                      {"split_conditions", Ubjson::Array<float>('d', {-0.1F})},
                      {"split_indices", Ubjson::Array<I>('l', {0})},
                      {"sum_hessian", Ubjson::Array<float>('d', {4})}});
  const std::string model = Ubjson::Object(
      {{"gbtree_model_param", Ubjson::Object({{"num_parallel_tree", Ubjson::Text("1")}})},
       {"tree_info", Ubjson::Array<I>('l', {0, 0})},
       {"trees", Ubjson::Items({first, second})}});
  const std::string parameters = Ubjson::Object({{"base_score", Ubjson::Text("[5E-1]")},
                                                 {"num_class", Ubjson::Text("0")},
                                                 {"num_feature", Ubjson::Text("1")}});
  return Ubjson::Object(
      {{"learner",
        Ubjson::Object(
            {{"gradient_booster",
              Ubjson::Object({{"model", model}, {"name", Ubjson::Text("gbtree")}})},
             {"learner_model_param", parameters},
             {"objective", Ubjson::Object({{"name", Ubjson::Text("binary:logistic")}})}})},
       {"version", Ubjson::Array<I>('l', {3, 1, 0})}});
}

}  // namespace pillion::testing
