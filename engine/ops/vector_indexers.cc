// Family: categories inside of vectors.
//   vector_indexer   the values of categorical features become their numbers, others stay. Zeros
//                    that a sparse vector does not store are category 0 by construction.
// Behaviour follows combust/mleap, mleap-core/…/core/feature/VectorIndexerModel.scala.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"
#include "engine/ops/handle_invalid.h"

namespace pillion {
namespace {

struct CategoricalFeature {
  std::int32_t index = 0;
  std::vector<std::pair<double, std::int32_t>> categories;  // by value; never NaN
  double category_count = 0;                                // NaN ones included

  // The number of the category `*value`, in its place.
  ScoreCode Encode(HandleInvalid invalid, double* value) const noexcept {
    const auto it = std::lower_bound(categories.begin(), categories.end(), *value,
                                     [](const std::pair<double, std::int32_t>& category, double x) {
                                       return category.first < x;
                                     });
    if (it != categories.end() && it->first == *value) {
      *value = it->second;
      return ScoreCode::kOk;
    }
    // MLeap has no answer for "skip" either: it fails on the null that it makes.
    if (invalid != HandleInvalid::kKeep) return ScoreCode::kInvalidValue;
    *value = category_count;
    return ScoreCode::kOk;
  }
};

class VectorIndexerKernel final : public Kernel {
 public:
  // `features` ascend by index.
  VectorIndexerKernel(std::int32_t size, std::vector<CategoricalFeature> features,
                      HandleInvalid invalid)
      : size_(size), features_(std::move(features)), invalid_(invalid) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    if (std::int64_t{x.size} != size_) return ScoreCode::kWrongSize;
    auto* y = arguments.Allocate<double>(x.count);
    if (y == nullptr) return ScoreCode::kTooLarge;
    std::copy_n(x.values, x.count, y);
    code = x.dense() ? EncodeDense(x.size, y) : EncodeStored(x, y);
    if (code == ScoreCode::kOk) arguments.Out() = VectorLike(x, y);
    return code;
  }

 private:
  ScoreCode EncodeDense(std::uint32_t size, double* y) const noexcept {
    for (const CategoricalFeature& feature : features_) {
      if (feature.index < 0 || static_cast<std::uint32_t>(feature.index) >= size) {
        return ScoreCode::kIndexOutOfBounds;
      }
      const ScoreCode code = feature.Encode(invalid_, &y[feature.index]);
      if (code != ScoreCode::kOk) return code;
    }
    return ScoreCode::kOk;
  }

  ScoreCode EncodeStored(const VectorView& x, double* y) const noexcept {
    std::uint32_t k = 0;
    for (const CategoricalFeature& feature : features_) {
      while (k < x.count && x.indices[k] < feature.index) ++k;
      if (k == x.count) break;
      if (x.indices[k] != feature.index) continue;
      const ScoreCode code = feature.Encode(invalid_, &y[k]);
      if (code != ScoreCode::kOk) return code;
    }
    return ScoreCode::kOk;
  }

  std::int64_t size_;
  std::vector<CategoricalFeature> features_;
  HandleInvalid invalid_;
};

CategoricalFeature ReadFeature(OpSource& source, std::int32_t index) {
  const std::string prefix = "key_" + std::to_string(index);
  const std::vector<double>& values = source.Doubles(prefix + "_keys");
  const std::vector<std::int64_t>& numbers = source.Longs(prefix + "_values");
  std::map<double, std::int32_t> categories;
  CategoricalFeature feature{index, {}, 0};
  for (std::size_t i = 0; i < std::min(values.size(), numbers.size()); ++i) {
    if (std::isnan(values[i])) {
      feature.category_count += 1;
    } else {
      categories[values[i]] = static_cast<std::int32_t>(numbers[i]);
    }
  }
  feature.categories.assign(categories.begin(), categories.end());
  feature.category_count += static_cast<double>(categories.size());
  return feature;
}

Operation CompileVectorIndexer(OpSource& source) {
  const auto size = static_cast<std::int32_t>(source.Long("num_features"));
  const HandleInvalid invalid = ReadHandleInvalid(source, "handle_invalid", true);
  std::map<std::int32_t, CategoricalFeature> by_index;
  for (const std::int64_t key : source.Longs("keys")) {
    const auto index = static_cast<std::int32_t>(key);
    if (!by_index.contains(index)) by_index.emplace(index, ReadFeature(source, index));
  }
  std::vector<CategoricalFeature> features;
  features.reserve(by_index.size());
  for (auto& [index, feature] : by_index) features.push_back(std::move(feature));
  const DataType vector = DataType::Vector(std::max(size, kAnySize));
  return {.inputs = {{"input", vector}},
          .outputs = {{"output", vector}},
          .kernel = std::make_shared<VectorIndexerKernel>(size, std::move(features), invalid)};
}

constexpr OpRow kRows[] = {
    {"vector_indexer", "Category numbers for the categorical entries of a vector", Exactness::kBits,
     CompileVectorIndexer},
};

}  // namespace

const OpFamily kVectorIndexers = {"vector indexers", "core/feature", kRows};

}  // namespace pillion
