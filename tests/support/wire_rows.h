// Seeded random schemas and rows for the tests of the wire, and what it takes to build, compare
// and print them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.h"
#include "schemas/rows/row_encoder.h"
#include "schemas/types/data_type.h"

namespace pillion {

inline constexpr TableLimits kShortParts = {.bytes_max = 0, .part_columns = 3};

// All columns in one table, and in parts of three.
std::vector<std::shared_ptr<const RowLayout>> LayoutsOf(const Schema& columns);

// Numbers are small multiples of 1/8, so that their decimal text is exact.
class RandomRows {
 public:
  explicit RandomRows(std::uint32_t seed) : random_(seed) {}

  std::uint32_t Below(std::uint32_t bound) { return random_() % bound; }
  BasicType Base() { return static_cast<BasicType>(1 + Below(9)); }
  DataType Type();
  Schema Columns(std::uint32_t count_max);
  // A value of the type, null at times if the type may be. Lives as long as this object.
  Value Of(const DataType& type);
  std::vector<Value> Row(const Schema& columns);

 private:
  template <typename T>
  T Element(BasicType base);
  const void* Elements(BasicType base, std::uint32_t count);
  Value Tensor(const DataType& type);
  std::string_view Text(BasicType base);
  std::byte* Memory(std::size_t bytes);

  std::mt19937 random_;
  std::deque<std::vector<std::uint64_t>> memory_;
  std::deque<std::string> texts_;
};

// Sets each column as a caller would.
ScoreCode SetRow(RowEncoder& encoder, const std::vector<Value>& row);

// A value as text: equal texts are equal values. NaNs of all kinds are equal.
std::string Print(const DataType& type, const Value& value);
std::string Print(const Schema& columns, const std::vector<Value>& row);

}  // namespace pillion
