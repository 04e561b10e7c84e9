// A stage that answers as XGBoost itself does, for a model file of its own: a number a feature in.
#pragma once

#include <cstdint>

#include "engine/formats/xgboost/booster.h"
#include "engine/graph/kernel.h"

namespace pillion {

// What the stage makes, as Booster.predict and an estimator's predict have it:
//   kNumber   prediction
//   kBinary   prediction: 0 or 1; probability: of both classes; decision: the margin
//   kClasses  prediction: the class; probability, decision: of each
enum class BoosterAnswers : std::uint8_t { kNumber, kBinary, kClasses };

// Inputs are doubles, in the order of the features, by ports "0", "1", ...; null and NaN are
// missing, what is infinite as a float is kInvalidValue.
Operation MakeBoosterOperation(Booster booster, BoosterAnswers answers);

}  // namespace pillion
