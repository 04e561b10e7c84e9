// The format strings of Arrow's C data interface that the client reads, and what people call them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/pillion_arrow.h"

namespace pillion {

enum class ArrowKind : std::uint8_t {
  kNull,
  kBoolean,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kHalf,
  kFloat,
  kDouble,
  kText,       // utf8 and binary, offsets of 32 bits
  kLargeText,  // of 64 bits
  kTextView,
  kFixedText,
  kList,
  kLargeList,
  kListView,
  kLargeListView,
  kFixedList,
  kStruct,
  kOther,  // which is not read
};

struct ArrowFormat {
  ArrowKind kind = ArrowKind::kOther;
  std::int64_t width = 0;  // of fixed-size kinds: bytes, or elements
};

constexpr bool IsInteger(ArrowKind kind) {
  return kind >= ArrowKind::kInt8 && kind <= ArrowKind::kUint64;
}
constexpr bool IsNumber(ArrowKind kind) {
  return kind >= ArrowKind::kInt8 && kind <= ArrowKind::kDouble;
}
constexpr bool IsText(ArrowKind kind) {
  return kind >= ArrowKind::kText && kind <= ArrowKind::kFixedText;
}
constexpr bool IsList(ArrowKind kind) {
  return kind >= ArrowKind::kList && kind <= ArrowKind::kFixedList;
}

ArrowFormat ParseArrowFormat(std::string_view format);

// For messages: `float64 ("g")`, `list ("+l") of utf8 ("u")`, `dictionary of utf8 ("u")`.
std::string DescribeArrow(const ArrowSchema& schema);

}  // namespace pillion
