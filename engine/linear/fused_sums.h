// The sums in which MLeap's JVM fuses each multiplication with its addition (Math.fma). All other
// code is compiled without fused instructions, because compilers put them where each product must
// be rounded; so every std::fma of the engine stands in fused_sums.cc, and tests/tidy holds that
// the programs have them nowhere else.
#pragma once

#include <cstddef>

namespace pillion {

// x · y: four running sums, added from the first to the last, then the elements that are left.
double DotFused(const double* x, const double* y, std::size_t size) noexcept;
float DotFused(const float* x, const float* y, std::size_t size) noexcept;

// y[i] = w · x[i] + y[i]. `y` overlaps nothing, here and below.
void AddScaledFused(double w, const double* x, double* y, std::size_t size) noexcept;

// y[i] = w[0] · x[i] + (w[1] · x[size + i] + (w[2] · x[2 · size + i] + (w[3] · x[3 · size + i] +
// y[i]))).
void AddFourScaledFused(const double* w, const double* x, double* y, std::size_t size) noexcept;

}  // namespace pillion
