// Family: probabilities with their labels.
//   multinomial_labeler   the probabilities of at least the threshold, and the labels of them
// Behaviour follows combust/mleap, mleap-core/…/core/feature/MultinomialLabelerModel.scala.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/ops/families.h"

namespace pillion {
namespace {

class MultinomialLabelerKernel final : public Kernel {
 public:
  MultinomialLabelerKernel(double threshold, std::vector<std::string> labels)
      : threshold_(threshold), labels_(std::move(labels)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& features = arguments.In(0);
    if (features.null) return ScoreCode::kNullValue;
    if (features.rank != 1 || features.size < 0) return ScoreCode::kBadShape;
    const double* values = static_cast<const double*>(features.elements);
    if (features.sparse) {
      const ScoreCode code = Densify(features, arguments, &values);
      if (code != ScoreCode::kOk) return code;
    }
    return Choose({values, static_cast<std::size_t>(features.size)}, arguments);
  }

 private:
  // Entries in any order; of equal indices the last one counts.
  static ScoreCode Densify(const Value& sparse, Arguments& arguments,
                           const double** values) noexcept {
    auto* dense = arguments.Allocate<double>(static_cast<std::size_t>(sparse.size));
    if (dense == nullptr) return ScoreCode::kTooLarge;
    std::fill_n(dense, sparse.size, 0.0);
    const std::span<const double> stored = sparse.Elements<double>();
    for (std::uint32_t k = 0; k < sparse.count; ++k) {
      const std::int32_t index = sparse.indices[k];
      if (index < 0 || index >= sparse.size) return ScoreCode::kBadIndex;
      dense[index] = stored[k];
    }
    *values = dense;
    return ScoreCode::kOk;
  }

  ScoreCode Choose(std::span<const double> values, Arguments& arguments) const noexcept {
    const auto count = static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(), [&](double x) { return x >= threshold_; }));
    auto* probabilities = arguments.Allocate<double>(count);
    auto* labels = arguments.Allocate<std::string_view>(count);
    if (probabilities == nullptr || labels == nullptr) return ScoreCode::kTooLarge;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(values[i] >= threshold_)) continue;
      if (i >= labels_.size()) return ScoreCode::kIndexOutOfBounds;
      probabilities[chosen] = values[i];
      labels[chosen++] = labels_[i];
    }
    const auto length = static_cast<std::uint32_t>(count);
    if (arguments.Wants(0)) arguments.Out(0) = Value::List(probabilities, length);
    if (arguments.Wants(1)) arguments.Out(1) = Value::List(labels, length);
    return ScoreCode::kOk;
  }

  double threshold_;
  std::vector<std::string> labels_;
};

Operation CompileMultinomialLabeler(OpSource& source) {
  const double threshold = source.Double("threshold");
  std::vector<std::string> labels = source.Strings("labels");
  // MLeap declares a tensor of rank 0.
  const DataType features = DataType::Tensor(BasicType::kDouble, std::vector<std::int32_t>{});
  return {.inputs = {{"features", features}},
          .outputs = {{"probabilities", DataType::List(BasicType::kDouble)},
                      {"labels", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<MultinomialLabelerKernel>(threshold, std::move(labels))};
}

constexpr OpRow kRows[] = {
    {"multinomial_labeler", "Labels of the probabilities above a threshold", Exactness::kBits,
     CompileMultinomialLabeler},
};

}  // namespace

const OpFamily kLabelers = {"labelers", "core/feature", kRows};

}  // namespace pillion
