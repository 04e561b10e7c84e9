// How a model is loaded: caps, and choices that bundles leave open.
#pragma once

#include <cstdint>

#include "engine/limits.h"

namespace pillion {

// MLeap has two runtimes for XGBoost models under the same op names, which differ in what they
// answer; a bundle does not say which will load it.
enum class XgboostRuntime : std::uint8_t {
  kNative,     // mleap-xgboost-runtime's default: the native library through xgboost4j 2.0.3
  kPredictor,  // its opt-in: the pure-Java predictor 0.3.18; less outputs, legacy files only
};

// What becomes of a feature that equals the marker for missing values of its XGBoost model's
// training, where that is not NaN. What is absent or NaN is missing either way.
enum class XgboostMissing : std::uint8_t {
  kAsMleap,    // it is a number like any other: MLeap does not heed the marker
  kAsTrained,  // it is missing, as in XGBoost4J-Spark 2.0.3, which made the model
};

struct LoadOptions {
  LoadOptions() = default;
  LoadOptions(const Limits& caps) : limits(caps) {}  // NOLINT(google-explicit-constructor)

  Limits limits;
  XgboostRuntime xgboost_runtime = XgboostRuntime::kNative;
  XgboostMissing xgboost_missing = XgboostMissing::kAsMleap;
};

}  // namespace pillion
