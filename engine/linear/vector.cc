#include "engine/linear/vector.h"

#include <algorithm>
#include <optional>

#include "engine/linear/fused_sums.h"

namespace pillion {
namespace {

bool StrictlyAscending(const std::int32_t* indices, std::uint32_t count) noexcept {
  for (std::uint32_t i = 1; i < count; ++i) {
    if (indices[i - 1] >= indices[i]) return false;
  }
  return true;
}

// Copies first indices and values, sorted by index.
ScoreCode SortEntries(const Value& value, Arena& arena, VectorView* vector) noexcept {
  struct Entry {
    std::int32_t index;
    double value;
  };
  Entry* entries = arena.Allocate<Entry>(value.count);
  std::int32_t* indices = arena.Allocate<std::int32_t>(value.count);
  double* values = arena.Allocate<double>(value.count);
  if (entries == nullptr || indices == nullptr || values == nullptr) return ScoreCode::kTooLarge;
  const std::span<const double> stored = value.Elements<double>();
  for (std::uint32_t i = 0; i < value.count; ++i) {
    entries[i] = {value.indices[std::size_t{i} * value.rank], stored[i]};
  }
  std::sort(entries, entries + value.count,
            [](const Entry& a, const Entry& b) { return a.index < b.index; });
  for (std::uint32_t i = 0; i < value.count; ++i) {
    indices[i] = entries[i].index;
    values[i] = entries[i].value;
  }
  vector->indices = indices;
  vector->values = values;
  return StrictlyAscending(indices, value.count) ? ScoreCode::kOk : ScoreCode::kBadIndex;
}

// The product of the dimensions; absent where they are no valid size of a sparse vector.
std::optional<std::uint32_t> SparseSize(const Value& value) noexcept {
  std::uint64_t size = 1;
  for (const std::int32_t dimension : value.Dimensions()) {
    if (dimension < 0) return std::nullopt;
    size *= static_cast<std::uint64_t>(dimension);
    if (size > INT32_MAX) return std::nullopt;
  }
  return static_cast<std::uint32_t>(size);
}

ScoreCode ReadSparse(const Value& value, Arena& arena, VectorView* vector) noexcept {
  static constexpr std::int32_t kNoIndex = 0;
  const std::optional<std::uint32_t> size = SparseSize(value);
  if (!size || value.rank == 0) return ScoreCode::kBadShape;
  vector->size = *size;
  vector->count = value.count;
  vector->values = static_cast<const double*>(value.elements);
  vector->indices = value.count == 0 ? &kNoIndex : value.indices;
  if (value.count == 0) return ScoreCode::kOk;
  if (value.rank != 1 || !StrictlyAscending(value.indices, value.count)) {
    const ScoreCode code = SortEntries(value, arena, vector);
    if (code != ScoreCode::kOk) return code;
  }
  const auto last = static_cast<std::uint32_t>(vector->indices[value.count - 1]);
  const bool in_range = vector->indices[0] >= 0 && last < vector->size;
  return in_range ? ScoreCode::kOk : ScoreCode::kBadIndex;
}

}  // namespace

ScoreCode ReadVector(const Value& value, Arena& arena, VectorView* vector) noexcept {
  if (value.null) return ScoreCode::kNullValue;
  if (value.sparse) return ReadSparse(value, arena, vector);
  vector->size = vector->count = value.count;
  vector->values = static_cast<const double*>(value.elements);
  vector->indices = nullptr;
  return ScoreCode::kOk;
}

const double* Densify(const VectorView& vector, Arena& arena) noexcept {
  if (vector.dense()) return vector.values;
  double* values = arena.Allocate<double>(vector.size);
  if (values == nullptr) return nullptr;
  std::fill_n(values, vector.size, 0.0);
  for (std::uint32_t i = 0; i < vector.count; ++i) values[vector.indices[i]] = vector.values[i];
  return values;
}

double EntryAt(const VectorView& vector, std::uint32_t index) noexcept {
  if (vector.dense()) return vector.values[index];
  const std::int32_t* end = vector.indices + vector.count;
  const auto wanted = static_cast<std::int32_t>(index);
  const std::int32_t* it = std::lower_bound(vector.indices, end, wanted);
  return it != end && *it == wanted ? vector.values[it - vector.indices] : 0.0;
}

double Dot(const VectorView& x, const double* y) noexcept {
  if (x.dense()) return DotFused(x.values, y, x.size);
  double sum = 0;
  for (std::uint32_t i = 0; i < x.count; ++i) sum += x.values[i] * y[x.indices[i]];
  return sum;
}

ScoreCode Compress(const VectorView& vector, Arena& arena, Value* result) noexcept {
  std::uint32_t nonzero = 0;
  for (const double value : vector.Values()) nonzero += value != 0.0 ? 1 : 0;
  if (!CompressesToSparse(nonzero, vector.size)) {
    const double* values = Densify(vector, arena);
    if (values == nullptr) return ScoreCode::kTooLarge;
    *result = DenseVector(values, vector.size);
    return ScoreCode::kOk;
  }
  double* values = arena.Allocate<double>(nonzero);
  std::int32_t* indices = arena.Allocate<std::int32_t>(nonzero);
  if (values == nullptr || indices == nullptr) return ScoreCode::kTooLarge;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < vector.count; ++i) {
    if (vector.values[i] == 0.0) continue;
    values[count] = vector.values[i];
    indices[count++] = vector.dense() ? static_cast<std::int32_t>(i) : vector.indices[i];
  }
  *result = SparseVector(indices, values, count, vector.size);
  return ScoreCode::kOk;
}

}  // namespace pillion
