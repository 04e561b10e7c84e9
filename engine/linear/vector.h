// Vectors of double as model ops see them: dense, or sparse with ascending indices.
// Formulas and orders of summation: Spark's linalg on the portable Java BLAS, as MLeap uses it.
#pragma once

#include <cstdint>
#include <span>

#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/types/score_code.h"

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
// Codes: kNullValue, kBadIndex (repeated or out of range), kBadShape (no size, or overflow),
// kTooLarge.
ScoreCode ReadVector(const Value& value, Arena& arena, VectorView* vector) noexcept;

// Whether every stored entry lies at an index below `size`: what an op needs that reads its own
// entry for each, since a vector's size is not compared with the model's.
inline bool StoredBelow(const VectorView& vector, std::size_t size) noexcept {
  if (vector.dense()) return vector.size <= size;
  return vector.count == 0 || static_cast<std::size_t>(vector.indices[vector.count - 1]) < size;
}

// All `size` entries, in place where the vector is dense, else in `arena`; nullptr: no room.
const double* Densify(const VectorView& vector, Arena& arena) noexcept;

// The entry at `index`; an entry that is not stored is 0. REQUIRES: index < vector.size.
double EntryAt(const VectorView& vector, std::uint32_t index) noexcept;

// The product as MLeap computes it: dense with four running fma sums, sparse by plain
// multiplication and addition in index order. REQUIRES: vector.size elements in `y`; the caller
// answers kWrongSize otherwise.
double Dot(const VectorView& x, const double* y) noexcept;

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

// Whether Spark's Vector.compressed picks the sparse form, by the bytes that either takes there.
constexpr bool CompressesToSparse(std::uint32_t nonzero, std::uint32_t size) noexcept {
  return 12 * std::uint64_t{nonzero} + 28 < 8 * std::uint64_t{size} + 12;
}

// Spark's Vector.compressed: dense, or sparse with the entries that are not 0. Codes: kTooLarge.
ScoreCode Compress(const VectorView& vector, Arena& arena, Value* result) noexcept;

}  // namespace pillion
