// Compiled with fused instructions where the rest is not: includes nothing whose inline functions
// could end up in other files' code.
#include "engine/linear/fused_sums.h"

#include <cmath>

namespace pillion {
namespace {

constexpr std::size_t kBlock = 4;

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

// Each element by itself, so in blocks, which the compiler turns into vectors.
void AddScaledFused(double w, const double* __restrict x, double* __restrict y,
                    std::size_t size) noexcept {
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    for (std::size_t k = i; k < i + kBlock; ++k) y[k] = std::fma(w, x[k], y[k]);
  }
  for (; i < size; ++i) y[i] = std::fma(w, x[i], y[i]);
}

void AddFourScaledFused(const double* __restrict w, const double* __restrict x,
                        double* __restrict y, std::size_t size) noexcept {
  const double w0 = w[0];
  const double w1 = w[1];
  const double w2 = w[2];
  const double w3 = w[3];
  const auto add = [=](std::size_t i) {
    const double inner = std::fma(w3, x[3 * size + i], y[i]);
    y[i] = std::fma(w0, x[i], std::fma(w1, x[size + i], std::fma(w2, x[2 * size + i], inner)));
  };
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    for (std::size_t k = 0; k < kBlock; ++k) add(i + k);
  }
  for (; i < size; ++i) add(i);
}

}  // namespace pillion
