// The passes of a mixed radix transform of real numbers. Forward ones take [radix][groups][width]
// numbers to [groups][radix][width], backward ones the other way; within a row of `width` stand a
// real number, pairs of real and imaginary part, and, in an even row, a last one alone.
#pragma once

#include "engine/fourier/mixed_radix_fourier.h"

namespace pillion {

void ForwardTwo(const MixedRadixFourier::Pass& pass, const double* in, double* out) noexcept;
void ForwardFour(const MixedRadixFourier::Pass& pass, const double* in, double* out) noexcept;
void BackwardTwo(const MixedRadixFourier::Pass& pass, const double* in, double* out) noexcept;
void BackwardFour(const MixedRadixFourier::Pass& pass, const double* in, double* out) noexcept;

// Any odd radix, in place; `work` has the length of `data`.
void ForwardOdd(const MixedRadixFourier::Pass& pass, double* data, double* work) noexcept;
void BackwardOdd(const MixedRadixFourier::Pass& pass, double* data, double* work) noexcept;

}  // namespace pillion
