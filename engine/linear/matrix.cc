#include "engine/linear/matrix.h"

#include "engine/linear/fused_sums.h"

namespace pillion {
namespace {

void AddDense(const Matrix& a, double factor, const double* x, double* y) noexcept {
  const double* column = a.values.data();
  const std::size_t rows = a.rows;
  std::size_t c = 0;
  for (; c + 4 <= a.columns; c += 4, column += 4 * rows) {
    const double w[] = {factor * x[c], factor * x[c + 1], factor * x[c + 2], factor * x[c + 3]};
    AddFourScaledFused(w, column, y, rows);
  }
  for (; c < a.columns; ++c, column += rows) AddScaledFused(factor * x[c], column, y, rows);
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
