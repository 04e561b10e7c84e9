// Compiled with fused instructions where the rest is not: includes nothing whose inline functions
// could end up in other files' code.
#include "engine/kernels/fused_sums.h"

#include <cmath>

namespace pillion {
namespace {

template <typename T>
T Dot(const T* x, const T* y, std::size_t size) noexcept {
  T s0 = 0;
  T s1 = 0;
  T s2 = 0;
  T s3 = 0;
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    s0 = std::fma(x[i], y[i], s0);
    s1 = std::fma(x[i + 1], y[i + 1], s1);
    s2 = std::fma(x[i + 2], y[i + 2], s2);
    s3 = std::fma(x[i + 3], y[i + 3], s3);
  }
  T sum = T{0} + (((s0 + s1) + s2) + s3);
  for (; i < size; ++i) sum = std::fma(x[i], y[i], sum);
  return sum;
}

}  // namespace

double DotFused(const double* x, const double* y, std::size_t size) noexcept {
  return Dot(x, y, size);
}
float DotFused(const float* x, const float* y, std::size_t size) noexcept {
  return Dot(x, y, size);
}

void AddScaledFused(double w, const double* x, double* y, std::size_t size) noexcept {
  for (std::size_t i = 0; i < size; ++i) y[i] = std::fma(w, x[i], y[i]);
}

void AddFourScaledFused(const double* w, const double* x, double* y, std::size_t size) noexcept {
  const double w0 = w[0];
  const double w1 = w[1];
  const double w2 = w[2];
  const double w3 = w[3];
  for (std::size_t i = 0; i < size; ++i) {
    const double inner = std::fma(w3, x[3 * size + i], y[i]);
    y[i] = std::fma(w0, x[i], std::fma(w1, x[size + i], std::fma(w2, x[2 * size + i], inner)));
  }
}

}  // namespace pillion
