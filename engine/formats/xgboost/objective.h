// XGBoost's objectives as far as scoring needs them: from margins to predictions, and from the
// stored base score to a margin. All in float; the two runtimes differ in the exponential.
// Formulas follow XGBoost 2.0.3, src/objective/, and xgboost-predictor 0.3.18, ObjFunction.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/load_options.h"

namespace pillion {

struct Objective {
  enum class Kind : std::uint8_t { kIdentity, kLogistic, kHinge, kExponential, kSoftmax, kArgMax };

  std::string_view name;
  Kind kind;
  bool in_predictor;  // known to the pure-Java runtime

  bool multiclass() const noexcept { return kind == Kind::kSoftmax || kind == Kind::kArgMax; }
  // Turns one row's margins into predictions in place; returns how many there are.
  std::size_t Transform(std::span<float> margins, XgboostRuntime runtime) const noexcept;
  // NaN: the base score is outside of the objective's range.
  float ToMargin(float base_score, XgboostRuntime runtime) const noexcept;
};

// nullptr: unknown to `runtime`.
const Objective* FindObjective(std::string_view name, XgboostRuntime runtime) noexcept;

}  // namespace pillion
