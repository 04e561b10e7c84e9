// Family: neural networks.
//   multi_layer_perceptron_classifier   affine layers with the logistic function between them,
//                                       softmax at the end
// Formulas follow combust/mleap, core/ann/Layer.scala, on the portable Java BLAS.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/classes.h"
#include "engine/linear/fused_sums.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class MultiLayerPerceptron final : public Classifier {
 public:
  // `weights`: layer after layer, its matrix [input][output], then its biases.
  MultiLayerPerceptron(std::vector<std::uint32_t> layers, std::vector<double> weights,
                       std::optional<std::vector<double>> thresholds)
      : Classifier({static_cast<std::int32_t>(layers.front()), layers.back()},
                   std::move(thresholds)),
        layers_(std::move(layers)),
        widest_(*std::max_element(layers_.begin(), layers_.end())),
        weights_(std::move(weights)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    if (features.size != layers_.front()) return ScoreCode::kWrongSize;
    const ScoreCode code = AllocateScores(arena, class_count(), raw);
    if (code != ScoreCode::kOk) return code;
    const double* input = Densify(features, arena);
    double* outputs[2] = {arena.Allocate<double>(widest_), arena.Allocate<double>(widest_)};
    if (input == nullptr || outputs[1] == nullptr) return ScoreCode::kTooLarge;
    const double* weights = weights_.data();
    for (std::size_t layer = 1; layer < layers_.size(); ++layer) {
      const bool last = layer + 1 == layers_.size();
      const std::span<double> output(last ? raw->data() : outputs[layer % 2], layers_[layer]);
      weights = Apply(weights, {input, layers_[layer - 1]}, output);
      if (!last) std::transform(output.begin(), output.end(), output.begin(), Sigmoid);
      input = output.data();
    }
    return ScoreCode::kOk;
  }

  void RawToProbability(std::span<double> scores) const noexcept override {
    double largest = -std::numeric_limits<double>::max();
    for (const double score : scores) largest = score > largest ? score : largest;
    double sum = 0;
    for (double& score : scores) {
      score = std::exp(score - largest);
      sum += score;
    }
    for (double& score : scores) score /= sum;
  }

 private:
  // Each output is a chain of fma over the inputs, to which the bias is added last. Returns the
  // next layer's weights.
  static const double* Apply(const double* weights, std::span<const double> input,
                             std::span<double> output) noexcept {
    std::fill(output.begin(), output.end(), 0.0);
    for (const double x : input) {
      AddScaledFused(x, weights, output.data(), output.size());
      weights += output.size();
    }
    for (double& sum : output) sum += *weights++;
    return weights;
  }

  std::vector<std::uint32_t> layers_;
  std::uint32_t widest_;
  std::vector<double> weights_;
};

// How many weights the layers need; ends early where that is more than any file holds.
std::uint64_t WeightCount(const std::vector<std::uint32_t>& layers) {
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < layers.size() && count < UINT64_MAX / 4; ++i) {
    count += (std::uint64_t{layers[i - 1]} + 1) * layers[i];
  }
  return count;
}

std::shared_ptr<const Classifier> ReadMultiLayerPerceptron(OpSource& source) {
  std::vector<std::uint32_t> layers;
  for (const std::int64_t size : source.Longs("layers")) {
    if (size < 1 || size > INT32_MAX) {
      source.Refuse("layers", "expected sizes from 1 to 2147483647, found " + std::to_string(size));
      return {};
    }
    layers.push_back(static_cast<std::uint32_t>(size));
  }
  std::vector<double> weights = source.Vector("weights");
  if (source.refused()) return {};
  if (layers.size() < 2) {
    source.Refuse("layers", "expected at least 2, found " + std::to_string(layers.size()));
    return {};
  }
  if (const std::uint64_t count = WeightCount(layers); count != weights.size()) {
    source.Refuse("weights", "expected " + std::to_string(count) + ", found " +
                                 std::to_string(weights.size()));
    return {};
  }
  return std::make_shared<MultiLayerPerceptron>(std::move(layers), std::move(weights),
                                                ReadThresholds(source));
}

constexpr OpRow kRows[] = {
    ClassifierRow<ReadMultiLayerPerceptron>("multi_layer_perceptron_classifier",
                                            "Classification by a feed-forward neural network",
                                            Exactness::kUlp4),
};

}  // namespace

const OpFamily kMultiLayerPerceptrons = {"multi-layer perceptrons", "core/ann", kRows};

}  // namespace pillion
