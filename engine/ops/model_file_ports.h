// The ports of a stage that answers as XGBoost or LightGBM itself does.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/kernel.h"

namespace pillion {

// What the stage makes, as Booster.predict and an estimator's predict have it:
//   kNumber   prediction
//   kBinary   prediction: 0 or 1; probability: of both classes; decision: the margin
//   kClasses  prediction: the class; probability, decision: of each
enum class ModelFileAnswers : std::uint8_t { kNumber, kBinary, kClasses };

// Doubles, "0", "1", ..., in the order of the features.
std::vector<Port> FeaturePorts(std::uint32_t feature_count);

// `class_count` counts for kClasses only.
std::vector<Port> AnswerPorts(ModelFileAnswers answers, std::uint32_t class_count);

}  // namespace pillion
