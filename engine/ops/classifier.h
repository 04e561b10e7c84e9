// What all classification ops share: from raw scores to probabilities to a class, and which of
// these decides the prediction. A family derives a Classifier; one_vs_rest nests them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/graph/kernel.h"
#include "engine/graph/op_source.h"
#include "engine/linear/vector.h"
#include "engine/ops/catalog.h"

namespace pillion {

// Predictions are class numbers as doubles; -1 where there is no class to choose from.
// Immutable; any number of threads may ask one classifier.
class Classifier {
 public:
  struct Size {
    std::int32_t features = kAnySize;
    std::uint32_t classes = 0;
  };

  // Without thresholds the largest probability wins, else the largest per threshold.
  explicit Classifier(Size size, std::optional<std::vector<double>> thresholds = {})
      : size_(size), thresholds_(std::move(thresholds)) {}
  virtual ~Classifier() = default;

  std::int32_t feature_count() const noexcept { return size_.features; }
  std::uint32_t class_count() const noexcept { return size_.classes; }

  // Whether there are probabilities at all: linear_svc has none.
  virtual bool HasProbability() const noexcept { return true; }

  // The scores, in `arena` and the caller's to change: class_count() of them, but for a tree whose
  // leaves hold another number.
  virtual ScoreCode Raw(const VectorView& features, Arena& arena,
                        std::span<double>* raw) const noexcept = 0;
  // Turns scores into probabilities, in place.
  virtual void RawToProbability(std::span<double> scores) const noexcept = 0;

  virtual double PredictFromProbability(std::span<const double> probability) const noexcept;
  // `scratch` has room for as many values.
  virtual double PredictFromRaw(std::span<const double> raw, double* scratch) const noexcept;
  // For a node that declares neither raw scores nor probabilities. Overwrites the raw scores.
  virtual double Predict(std::span<double> raw) const noexcept;

 private:
  Size size_;

 protected:
  const std::optional<std::vector<double>> thresholds_;
};

// Room for `count` scores in `arena`. Codes: kTooLarge.
ScoreCode AllocateScores(Arena& arena, std::size_t count, std::span<double>* scores) noexcept;

// Computes what the node declares of raw_prediction, probability and prediction.
class ClassifierKernel final : public Kernel {
 public:
  explicit ClassifierKernel(std::shared_ptr<const Classifier> classifier)
      : classifier_(std::move(classifier)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override;

 private:
  std::shared_ptr<const Classifier> classifier_;
};

// The ports of a classification op around its classifier.
Operation MakeClassification(std::shared_ptr<const Classifier> classifier);

// An op that is what `Read` reads, by itself or nested.
template <ReadClassifierFunction Read>
constexpr OpRow ClassifierRow(std::string_view name, std::string_view summary,
                              Exactness exactness) {
  const auto compile = [](OpSource& source) -> Operation {
    std::shared_ptr<const Classifier> classifier = Read(source);
    return classifier != nullptr ? MakeClassification(std::move(classifier)) : Operation();
  };
  return {name, summary, exactness, compile, Read};
}

// The optional attribute "thresholds"; with `class_count` another length is refused.
std::optional<std::vector<double>> ReadThresholds(OpSource& source,
                                                  std::optional<std::uint32_t> class_count = {});

// A long attribute that must lie in [min, max].
std::uint32_t ReadCount(OpSource& source, std::string_view name, std::uint32_t min = 0,
                        std::uint32_t max = INT32_MAX);

}  // namespace pillion
