#include "engine/formats/xgboost/objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pillion {
namespace {

using Kind = Objective::Kind;

constexpr Objective kObjectives[] = {
    {"binary:logistic", Kind::kLogistic, true},
    {"reg:logistic", Kind::kLogistic, true},
    {"binary:logitraw", Kind::kIdentity, true},
    {"binary:hinge", Kind::kHinge, false},
    {"reg:squarederror", Kind::kIdentity, true},
    {"reg:linear", Kind::kIdentity, true},
    {"reg:squaredlogerror", Kind::kIdentity, false},
    {"reg:pseudohubererror", Kind::kIdentity, false},
    {"reg:absoluteerror", Kind::kIdentity, false},
    {"reg:quantileerror", Kind::kIdentity, false},
    {"rank:pairwise", Kind::kIdentity, true},
    {"rank:ndcg", Kind::kIdentity, true},
    {"rank:map", Kind::kIdentity, false},
    {"count:poisson", Kind::kExponential, true},
    {"reg:gamma", Kind::kExponential, true},
    {"reg:tweedie", Kind::kExponential, true},
    {"survival:cox", Kind::kExponential, false},
    {"survival:aft", Kind::kExponential, false},
    {"multi:softprob", Kind::kSoftmax, true},
    {"multi:softmax", Kind::kArgMax, true},
};

// The predictor computes in double and rounds, the native library in float.
float Exp(float x, XgboostRuntime runtime) noexcept {
  return runtime == XgboostRuntime::kNative ? std::exp(x)
                                            : static_cast<float>(std::exp(static_cast<double>(x)));
}

float Log(float x, XgboostRuntime runtime) noexcept {
  return runtime == XgboostRuntime::kNative ? std::log(x)
                                            : static_cast<float>(std::log(static_cast<double>(x)));
}

float Logistic(float margin, XgboostRuntime runtime) noexcept {
  if (runtime == XgboostRuntime::kPredictor) return 1.0F / (1.0F + Exp(-margin, runtime));
  // Keeps the exponential finite. A NaN stays one, as std::min takes its first operand then.
  const float exponent = std::min(-margin, 88.7F);
  return 1.0F / (std::exp(exponent) + 1.0F + 1e-16F);
}

void Softmax(std::span<float> margins, XgboostRuntime runtime) noexcept {
  const bool keeps_nan = runtime == XgboostRuntime::kPredictor;
  float largest = margins[0];
  for (const float margin : margins) {
    const bool unordered = keeps_nan && (std::isnan(margin) || std::isnan(largest));
    largest = unordered ? std::numeric_limits<float>::quiet_NaN() : std::fmax(margin, largest);
  }
  double sum = 0;
  for (float& margin : margins) {
    margin = Exp(margin - largest, runtime);
    sum += static_cast<double>(margin);
  }
  for (float& margin : margins) margin /= static_cast<float>(sum);
}

float FirstLargest(std::span<const float> margins) noexcept {
  std::size_t best = 0;
  for (std::size_t i = 1; i < margins.size(); ++i) {
    if (margins[best] < margins[i]) best = i;
  }
  return static_cast<float>(best);
}

}  // namespace

std::size_t Objective::Transform(std::span<float> margins, XgboostRuntime runtime) const noexcept {
  switch (kind) {
    case Kind::kIdentity: break;
    case Kind::kLogistic:
      for (float& margin : margins) margin = Logistic(margin, runtime);
      break;
    case Kind::kHinge:
      for (float& margin : margins) margin = margin > 0 ? 1.0F : 0.0F;
      break;
    case Kind::kExponential:
      for (float& margin : margins) margin = Exp(margin, runtime);
      break;
    case Kind::kSoftmax: Softmax(margins, runtime); break;
    case Kind::kArgMax: margins[0] = FirstLargest(margins); return 1;
  }
  return margins.size();
}

float Objective::ToMargin(float base_score, XgboostRuntime runtime) const noexcept {
  if (kind == Kind::kExponential) return Log(base_score, runtime);
  if (kind != Kind::kLogistic) return base_score;
  const bool in_range = base_score > 0 && base_score < 1;
  if (!in_range && runtime == XgboostRuntime::kNative) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  return -Log(1.0F / base_score - 1.0F, runtime);
}

const Objective* FindObjective(std::string_view name, XgboostRuntime runtime) noexcept {
  for (const Objective& objective : kObjectives) {
    const bool known = runtime == XgboostRuntime::kNative || objective.in_predictor;
    if (known && objective.name == name) return &objective;
  }
  return nullptr;
}

}  // namespace pillion
