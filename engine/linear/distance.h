// Squared Euclidean distances as Spark computes them: by norms and a product where that is
// precise enough, else entry by entry.
// Formulas follow combust/mleap, core/linalg/LinalgUtils.scala.
#pragma once

#include <span>

#include "engine/linear/vector.h"
#include "schemas/types/score_code.h"

namespace pillion {

// The square root of the sum of the stored entries' squares.
double Norm(std::span<const double> values) noexcept;

// `center` is dense; the norms are taken as they are given. Codes: kWrongSize, kInvalidValue (a
// norm is NaN).
ScoreCode SquaredDistance(std::span<const double> center, double center_norm, const VectorView& x,
                          double x_norm, double* distance) noexcept;

}  // namespace pillion
