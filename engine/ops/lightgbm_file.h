// Stages that answer as LightGBM itself does: for a model file of its own, a number a feature in;
// for a bundle that holds such a file, a vector.
#pragma once

#include "engine/formats/lightgbm/gbdt.h"
#include "engine/graph/kernel.h"

namespace pillion {

// Inputs are doubles, in the order of the features, by ports "0", "1", ...; null is NaN. Outputs:
// prediction, what Booster.predict gives; of binary and of several classes the class, beside
// probability, of each class, and decision, the sums: one, or one a class.
Operation MakeGbdtOperation(Gbdt gbdt);

// The same of one vector, port "features"; NaN is missing, what a sparse one leaves out is 0, and
// another size than that of training is kWrongSize.
Operation MakeGbdtVectorOperation(Gbdt gbdt);

}  // namespace pillion
