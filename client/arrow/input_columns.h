// A struct array of Arrow as rows of a model: which child is which column, whether it may be, and
// its values set in a RowEncoder one row at a time. Knows no transport.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "client/arrow/input_array.h"
#include "client/connection/options.h"
#include "schemas/rows/row_encoder.h"
#include "schemas/rows/row_layout.h"
#include "schemas/rows/wire_values.h"

namespace pillion {

class InputColumns {
 public:
  // What the structs point at, and `layout`, must outlive it. The failure names the column, what it
  // is given as, and what it has to be: kUnknownColumn, kWrongType, kMalformed, kUnsupported (maps)
  // or kTooLarge (more than 2^31 - 1 rows).
  static tl::expected<InputColumns, Failure> Make(const RowLayout& layout,
                                                  const ArrowSchema& schema,
                                                  const ArrowArray& rows);

  std::int64_t row_count() const { return root_.length(); }
  // Clears the row and sets its columns to those of `row`. What is wrong with it: a code of
  // RowEncoder, kNullValue for a null within a list, or kMalformed, where the array is broken.
  // REQUIRES: 0 <= row < row_count(); an encoder of the layout.
  RowEncoder::Fault Fill(std::int64_t row, RowEncoder* encoder);

 private:
  struct Column {
    std::uint32_t column = 0;  // of the layout
    InputArray array;
  };

  explicit InputColumns(const RowLayout& layout) : layout_(&layout) {}
  tl::expected<void, Failure> Bind(const ArrowSchema& schema, const ArrowArray& rows);
  tl::expected<void, Failure> BindColumn(std::uint32_t column, const ArrowSchema& schema,
                                         const ArrowArray& array);

  ScoreCode Set(const Column& column, std::int64_t index, RowEncoder* encoder);
  static ScoreCode SetNumber(std::uint32_t column, const InputArray::Place& place,
                             RowEncoder* encoder);
  ScoreCode SetElements(const Column& column, const InputArray::Place& list, RowEncoder* encoder);
  // Appends the leaves of a list, and of the lists within it, to values_ or texts_.
  ScoreCode Gather(const InputArray::Place& list, BasicType base, std::size_t depth);
  ScoreCode GatherLeaves(const InputArray& leaves, const InputArray::Range& range, BasicType base);
  template <typename T>
  ScoreCode GatherNumbers(const InputArray& leaves, const InputArray::Range& range);
  ScoreCode GatherOthers(const InputArray& leaves, const InputArray::Range& range, BasicType base);
  ElementsView Gathered(BasicType base) const;

  const RowLayout* layout_;
  InputArray root_;
  std::int64_t root_offset_ = 0;
  std::vector<Column> columns_;  // those that hold anything but nulls
  // Of the list that is being set.
  std::vector<std::byte> values_;
  std::vector<std::string_view> texts_;
  std::vector<std::int32_t> dimensions_;
  std::int64_t visited_ = 0;
  ElementsView in_place_;  // leaves that need no copy
};

}  // namespace pillion
