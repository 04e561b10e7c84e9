#include "engine/kernels/matrix.h"

#include <cmath>

namespace pillion {
namespace {

void AddDense(const Matrix& a, double factor, const double* x, double* y) noexcept {
  const double* column = a.values.data();
  const std::size_t rows = a.rows;
  std::size_t c = 0;
  for (; c + 4 <= a.columns; c += 4, column += 4 * rows) {
    const double w0 = factor * x[c];
    const double w1 = factor * x[c + 1];
    const double w2 = factor * x[c + 2];
    const double w3 = factor * x[c + 3];
    for (std::size_t r = 0; r < rows; ++r) {
      const double inner = std::fma(w3, column[3 * rows + r], y[r]);
      y[r] = std::fma(w0, column[r],
                      std::fma(w1, column[rows + r], std::fma(w2, column[2 * rows + r], inner)));
    }
  }
  for (; c < a.columns; ++c, column += rows) {
    const double w = factor * x[c];
    for (std::size_t r = 0; r < rows; ++r) y[r] = std::fma(w, column[r], y[r]);
  }
}

}  // namespace

void AddProduct(const Matrix& a, double factor, const VectorView& x, double* y) noexcept {
  if (x.dense()) return AddDense(a, factor, x.values, y);
  for (std::size_t r = 0; r < a.rows; ++r) {
    double sum = 0;
    for (std::uint32_t k = 0; k < x.count; ++k) {
      sum += x.values[k] * a.values[static_cast<std::size_t>(x.indices[k]) * a.rows + r];
    }
    y[r] = sum * factor + y[r];
  }
}

}  // namespace pillion
