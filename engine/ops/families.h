// One line a family: the table of rows that its file defines.
#pragma once

#include "engine/ops/catalog.h"

namespace pillion {

extern const OpFamily kScalers;
extern const OpFamily kLinearRegressions;

}  // namespace pillion
