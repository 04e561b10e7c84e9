// Vectors of double as model ops see them: dense, or sparse with ascending indices.
// Formulas and orders of summation: Spark's linalg on the portable Java BLAS, as MLeap uses it.
#pragma once

#include <cstdint>
#include <span>

#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/score_code.h"

namespace pillion {

struct VectorView {
  std::uint32_t size = 0;                 // dimension
  std::uint32_t count = 0;                // stored entries; dense: size
  const double* values = nullptr;         // [count]
  const std::int32_t* indices = nullptr;  // [count], strictly ascending; nullptr: dense

  bool dense() const noexcept { return indices == nullptr; }
  std::span<const double> Values() const noexcept { return {values, count}; }
};

// A tensor of double as a vector: dense of any rank flat; sparse by the first index of each entry,
// sorted where they are not (then in `arena`).
// Codes: kNullValue, kBadIndex (repeated or out of range), kBadShape (size 0 or overflow),
// kTooLarge.
ScoreCode ReadVector(const Value& value, Arena& arena, VectorView* vector) noexcept;

// All `size` entries, in place where the vector is dense, else in `arena`; nullptr: no room.
const double* Densify(const VectorView& vector, Arena& arena) noexcept;

// The entry at `index`; an entry that is not stored is 0. REQUIRES: index < vector.size.
double EntryAt(const VectorView& vector, std::uint32_t index) noexcept;

// The product as MLeap computes it: dense with four running fma sums, sparse by plain
// multiplication and addition in index order. REQUIRES: vector.size elements in `y`; the caller
// answers kWrongSize otherwise.
double Dot(const VectorView& x, const double* y) noexcept;
double DotDense(const double* x, const double* y, std::size_t size) noexcept;

// The result of a vector op. `values` and `indices` must live in the row's arena or in the model.
inline Value DenseVector(const double* values, std::uint32_t size) noexcept {
  return Value::Dense(values, size);
}
inline Value SparseVector(const std::int32_t* indices, const double* values, std::uint32_t count,
                          std::uint32_t size) noexcept {
  return Value::Sparse(indices, values, count, static_cast<std::int32_t>(size));
}
// `values` with the form and indices of `like`.
inline Value VectorLike(const VectorView& like, const double* values) noexcept {
  return like.dense() ? DenseVector(values, like.size)
                      : SparseVector(like.indices, values, like.count, like.size);
}

// Spark's Vector.compressed: sparse with the non-zero entries if 12 nnz + 28 < 8 size + 12, else
// dense. Codes: kTooLarge.
ScoreCode Compress(const VectorView& vector, Arena& arena, Value* result) noexcept;

}  // namespace pillion
