// Stages that answer as LightGBM itself does: for a model file of its own, a number a feature in;
// for a bundle that holds such a file, a vector.
#pragma once

#include "engine/formats/lightgbm/gbdt.h"
#include "engine/graph/kernel.h"

namespace pillion {

// Ports: model_file_ports.h; null is NaN. The margin is the sum of the leaves.
Operation MakeGbdtOperation(Gbdt gbdt);

// The same answers to one vector, port "features"; NaN is missing, what a sparse one leaves out is
// 0, and another size than that of training is kWrongSize.
Operation MakeGbdtVectorOperation(Gbdt gbdt);

}  // namespace pillion
