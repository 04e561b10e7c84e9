// A stage that answers as LightGBM itself does, for a model file of its own: a number a feature in.
#pragma once

#include "engine/formats/lightgbm/gbdt.h"
#include "engine/graph/kernel.h"

namespace pillion {

// Inputs are doubles, in the order of the features, by ports "0", "1", ...; null is NaN. Outputs:
// prediction, what Booster.predict gives; of binary and of several classes the class, beside
// probability, of each class, and decision, the sums: one, or one a class.
Operation MakeGbdtOperation(Gbdt gbdt);

}  // namespace pillion
