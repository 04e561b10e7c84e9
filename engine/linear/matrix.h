// Matrices of double as model ops see them, and their product with a vector in the order of
// Spark's linalg on the portable Java BLAS.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/linear/vector.h"

namespace pillion {

struct Matrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<double> values;  // [column][row]
};

// y += factor · a · x. Dense x: four columns at a time, each row by fma from the last of them to
// the first. Sparse x: the whole product of a row, by plain multiplication and addition, before
// it is added. REQUIRES: x.size == a.columns, a.rows elements in `y`.
void AddProduct(const Matrix& a, double factor, const VectorView& x, double* y) noexcept;

}  // namespace pillion
