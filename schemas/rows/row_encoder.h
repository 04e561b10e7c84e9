// Makes the bytes of one row, without generated code: a copy of the layout's empty row, stores
// for scalars, the rest appended. Columns go by index, which RowLayout::Find gives once.
// Takes memory only when a row is longer than all before it: a column that is set again and again
// gets back the bytes of its earlier values. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "schemas/rows/row_layout.h"
#include "schemas/rows/wire_encoder.h"
#include "schemas/rows/wire_values.h"
#include "schemas/types/score_code.h"

namespace pillion {

class RowEncoder {
 public:
  static constexpr std::uint32_t kRowBytesMax = 64U << 20;

  // A row starts with all columns null.
  explicit RowEncoder(std::shared_ptr<const RowLayout> layout,
                      std::uint32_t row_bytes_max = kRowBytesMax);

  const RowLayout& layout() const noexcept { return *layout_; }
  // All columns null again, and no fault.
  void Clear() noexcept;

  // Each returns kOk, or leaves the column as it was and says why not: kUnknownColumn (no such
  // index), kWrongType, kInvalidValue (a number that the column's type cannot hold: integers take
  // whole numbers in range, double takes integers that it holds exactly, float takes the nearest),
  // kBadShape and kBadIndex (see tensor_shape.h), kTooLarge. A column set twice keeps
  // the last value.
  ScoreCode SetNull(std::uint32_t column) noexcept;
  ScoreCode SetBoolean(std::uint32_t column, bool value) noexcept;
  ScoreCode SetLong(std::uint32_t column, std::int64_t value) noexcept;
  ScoreCode SetDouble(std::uint32_t column, double value) noexcept;
  // Strings, which must be UTF-8, and byte strings.
  ScoreCode SetText(std::uint32_t column, std::string_view text) noexcept;
  // Elements of the column's base type; either text type goes for the other.
  ScoreCode SetList(std::uint32_t column, ElementsView elements) noexcept;
  ScoreCode SetTensor(std::uint32_t column, TensorView tensor) noexcept;
  ScoreCode SetMap(std::uint32_t column, MapView map) noexcept;

  // A boolean, any number, or text.
  template <typename T>
  ScoreCode Set(std::uint32_t column, const T& value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      return SetBoolean(column, value);
    } else if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<std::int64_t>(value)) return Fail(column, ScoreCode::kInvalidValue);
      return SetLong(column, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      return SetDouble(column, static_cast<double>(value));
    } else {
      return SetText(column, value);
    }
  }
  // A dense tensor of rank 1.
  template <typename T, std::size_t extent>
  ScoreCode SetVector(std::uint32_t column, std::span<T, extent> values) noexcept {
    const auto size = static_cast<std::int32_t>(values.size());
    return SetTensor(column, {ElementsView(values), false, {}, {&size, 1}});
  }
  // A sparse tensor of rank 1; indices ascend.
  template <typename T, std::size_t extent>
  ScoreCode SetSparse(std::uint32_t column, std::span<const std::int32_t> indices,
                      std::span<T, extent> values, std::int32_t size) noexcept {
    return SetTensor(column, {ElementsView(values), true, indices, {&size, 1}});
  }

  // The first refusal since Clear().
  struct Fault {
    ScoreCode code = ScoreCode::kOk;
    std::uint32_t column = 0;
  };
  const Fault& fault() const noexcept { return fault_; }
  // A sentence with the column's name and type; empty without a fault.
  std::string DescribeFault() const;

  // The column whose value takes the most bytes outside of the table; nothing if none takes any.
  struct Extent {
    std::uint32_t column = 0;
    std::uint32_t bytes = 0;
  };
  std::optional<Extent> LongestColumn() const noexcept;

  // The row as it stands, 8-aligned, valid until the next change; empty after a fault, so that
  // no half-filled row is sent.
  std::span<const std::byte> bytes() const noexcept {
    if (fault_.code != ScoreCode::kOk) return {};
    return {room_.data(), writer_.used()};
  }

 private:
  friend class BatchEncoder;

  ScoreCode Fail(std::uint32_t column, ScoreCode code) noexcept;
  // kOk if the column exists and has this shape.
  ScoreCode Check(std::uint32_t column, Shape shape) const noexcept;
  std::uint32_t Slot(std::uint32_t column) const noexcept { return (*layout_)[column].slot; }
  // Makes the column's field present.
  ScoreCode Mark(std::uint32_t column) noexcept;
  template <typename T>
  ScoreCode Store(std::uint32_t column, T value) noexcept;
  template <typename T>
  ScoreCode StoreNumber(std::uint32_t column, T value) noexcept;
  template <typename Write>
  ScoreCode Append(std::uint32_t column, Write write) noexcept;
  bool Grow() noexcept;
  // Writes a text, and what ends it, over the column's last one, if there is neither too little
  // room nor much too much.
  bool Overwrite(std::uint32_t column, std::string_view text, std::string_view ending) noexcept;
  // The column's value lies in [begin, end of the row) from now on.
  void Occupy(std::uint32_t column, std::uint32_t begin) noexcept;
  void Release(std::uint32_t column) noexcept;
  // Where much is dead, moves the values together.
  void Compact() noexcept;

  // Where a column's value lies outside of the table, with the padding before it. In a list, in
  // the order of the bytes.
  static constexpr std::uint32_t kNoRegion = 0xffffffff;
  struct Region {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // 0: nowhere
    std::uint32_t before = kNoRegion;
    std::uint32_t behind = kNoRegion;
  };

  std::shared_ptr<const RowLayout> layout_;
  std::uint32_t row_bytes_max_;
  std::vector<std::byte> room_;
  WireEncoder writer_;           // over room_
  std::vector<Region> regions_;  // [column]
  std::uint32_t first_region_ = kNoRegion;
  std::uint32_t last_region_ = kNoRegion;
  std::uint32_t dead_bytes_ = 0;  // of values that were replaced
  Fault fault_;
};

}  // namespace pillion
