// What two models differ in, short of their answers, for a person to read.
#pragma once

#include <string>

#include "base/load_error.h"
#include "engine/model.h"

namespace pillion {

// A line for each thing that differs: "+" only b has it, "-" only a, "~" both. Empty: columns,
// stages and what they were made with are the same. Stages are matched by op and output columns,
// then by op and order, since trainers make up new names every time.
Result<std::string> DiffModels(const Model& a, const Model& b);

}  // namespace pillion
