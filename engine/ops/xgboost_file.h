// A stage that answers as XGBoost itself does, for a model file of its own: a number a feature in.
#pragma once

#include "engine/formats/xgboost/booster.h"
#include "engine/graph/kernel.h"
#include "engine/ops/model_file_ports.h"

namespace pillion {

// Ports: model_file_ports.h; null and NaN are missing, what is infinite as a float is
// kInvalidValue.
Operation MakeBoosterOperation(Booster booster, ModelFileAnswers answers);

}  // namespace pillion
