// Rows for any model: values of its inputs' types from a seed, most of them ordinary, the rest
// what a hostile caller could send and a value can hold: nulls, NaN, infinities, -0.0, vectors of
// other lengths, empty, sparse, unsorted, out of range, of enormous size.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion::testing {

// One row and the memory that it views.
struct RandomRow {
  std::vector<Value> values;
  std::vector<std::shared_ptr<const void>> storage;
};

class RowMaker {
 public:
  explicit RowMaker(std::uint64_t seed) : random_(seed) {}

  RandomRow Make(const Schema& columns);

 private:
  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  template <typename T>
  T Element();
  template <typename T>
  const T* Elements(std::size_t count, RandomRow& row);
  std::uint32_t Length();
  Value Make(const DataType& type, RandomRow& row);
  template <typename T>
  Value MakeTensor(const DataType& type, RandomRow& row);
  template <typename T>
  Value MakeSparse(std::int32_t size, RandomRow& row);

  std::mt19937_64 random_;
};

}  // namespace pillion::testing
