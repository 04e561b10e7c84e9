// coefficients · features + intercept: what linear regressions and classifiers have in common.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/graph/kernel.h"
#include "engine/graph/op_source.h"
#include "engine/linear/vector.h"

namespace pillion {

class LinearMargin {
 public:
  LinearMargin(std::vector<double> coefficients, double intercept)
      : coefficients_(std::move(coefficients)), intercept_(intercept) {}

  std::int32_t feature_count() const { return static_cast<std::int32_t>(coefficients_.size()); }
  Port FeaturesPort() const { return {"features", DataType::Vector(feature_count())}; }

  // Codes: kWrongSize.
  ScoreCode Of(const VectorView& features, double* margin) const noexcept {
    if (features.size != coefficients_.size()) return ScoreCode::kWrongSize;
    *margin = Dot(features, coefficients_.data()) + intercept_;
    return ScoreCode::kOk;
  }
  // Codes: also those of ReadVector.
  ScoreCode Of(const Value& features, Arena& arena, double* margin) const noexcept {
    VectorView vector;
    const ScoreCode code = ReadVector(features, arena, &vector);
    return code == ScoreCode::kOk ? Of(vector, margin) : code;
  }

 private:
  std::vector<double> coefficients_;
  double intercept_;
};

// Attributes "coefficients" and "intercept".
inline LinearMargin ReadLinearMargin(OpSource& source) {
  std::vector<double> coefficients = source.Vector("coefficients");
  return {std::move(coefficients), source.Double("intercept")};
}

}  // namespace pillion
