#include "tests/golden/frame_matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "sidecar/table/cell_json_writer.h"

namespace pillion::testing {
namespace {

// Doubles in order of size as integers, so that neighbours differ by 1.
std::int64_t Ordinal(double x) {
  const auto bits = std::bit_cast<std::int64_t>(x);
  return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
}

bool Near(double actual, double expected, Exactness exactness) {
  if (std::isnan(actual) || std::isnan(expected)) return std::isnan(actual) && std::isnan(expected);
  if (std::bit_cast<std::uint64_t>(actual) == std::bit_cast<std::uint64_t>(expected)) return true;
  if (std::isinf(actual) || std::isinf(expected)) return false;
  switch (exactness) {
    case Exactness::kBits: return false;
    case Exactness::kUlp4: return std::llabs(Ordinal(actual) - Ordinal(expected)) <= 4;
    case Exactness::kRelative: break;
  }
  return std::abs(actual - expected) <= 1e-12 * std::max(std::abs(expected), 1.0);
}

template <typename T>
bool Same(const T& actual, const T& expected, Exactness exactness) {
  if constexpr (std::is_same_v<T, double>) {
    return Near(actual, expected, exactness);
  } else if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<std::uint32_t>(actual) == std::bit_cast<std::uint32_t>(expected) ||
           (std::isnan(actual) && std::isnan(expected));
  } else {
    return actual == expected;
  }
}

template <typename T>
bool SameElements(const Value& actual, const Value& expected, Exactness exactness) {
  return std::ranges::equal(actual.Elements<T>(), expected.Elements<T>(),
                            [&](const T& a, const T& b) { return Same(a, b, exactness); });
}

template <typename T>
bool SameTensor(const Value& actual, const Value& expected, Exactness exactness) {
  const std::size_t index_count = actual.sparse ? std::size_t{actual.count} * actual.rank : 0;
  return actual.sparse == expected.sparse &&
         std::ranges::equal(actual.Dimensions(), expected.Dimensions()) &&
         SameElements<T>(actual, expected, exactness) &&
         std::equal(actual.indices, actual.indices + index_count, expected.indices);
}

std::string ToText(const Value& value, const DataType& type) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  WriteCellJson(value, type, VectorForm::kObject, json);
  return text;
}

bool SameCell(const Value& actual, const Value& expected, const DataType& type,
              Exactness exactness) {
  if (actual.null || expected.null) return actual.null == expected.null;
  return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    switch (type.shape) {
      case Shape::kScalar: return Same(actual.As<T>(), expected.As<T>(), exactness);
      case Shape::kList: return SameElements<T>(actual, expected, exactness);
      case Shape::kTensor: return SameTensor<T>(actual, expected, exactness);
      case Shape::kMap: break;
    }
    return ToText(actual, type) == ToText(expected, type);
  });
}

std::string FindSchemaDifference(const Schema& actual, const Schema& expected) {
  for (std::size_t i = 0; i < std::max(actual.size(), expected.size()); ++i) {
    const auto text = [&](const Schema& schema) {
      return i < schema.size() ? fmt::format("'{}' of {}", schema[i].name, Describe(schema[i].type))
                               : std::string("none");
    };
    if (i >= actual.size() || i >= expected.size() || actual[i] != expected[i]) {
      return fmt::format("column {} is {}, expected {}", i, text(actual), text(expected));
    }
  }
  return {};
}

}  // namespace

std::string FindDifference(const Table& actual, const Table& expected, Exactness exactness) {
  const std::string difference = FindSchemaDifference(actual.schema(), expected.schema());
  return difference.empty() ? FindValueDifference(actual, expected, exactness) : difference;
}

std::string FindValueDifference(const Table& actual, const Table& expected, Exactness exactness) {
  const auto names = [](const Field& a, const Field& b) { return a.name == b.name; };
  if (!std::ranges::equal(actual.schema(), expected.schema(), names)) {
    return FindSchemaDifference(actual.schema(), expected.schema());
  }
  if (actual.row_count() != expected.row_count()) {
    return fmt::format("{} rows, expected {}", actual.row_count(), expected.row_count());
  }
  for (std::size_t row = 0; row < expected.row_count(); ++row) {
    for (std::size_t i = 0; i < expected.schema().size(); ++i) {
      const auto& [name, type] = expected.schema()[i];
      const DataType& actual_type = actual.schema()[i].type;
      if (actual_type.shape != type.shape || actual_type.base != type.base) continue;
      const Value& found = actual.Row(row)[i];
      const Value& wanted = expected.Row(row)[i];
      if (SameCell(found, wanted, type, exactness)) continue;
      return fmt::format("row {}, column '{}': {}, expected {}", row + 1, name, ToText(found, type),
                         ToText(wanted, type));
    }
  }
  return {};
}

}  // namespace pillion::testing
