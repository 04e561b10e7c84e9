// What the two binary forms of a leap frame share: bytes that are taken from the front, rows that
// are handed on, and what is said of bytes that are wrong. How numbers, counts and cells are laid
// out is each form's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "engine/arena.h"
#include "sidecar/table/readers.h"
#include "sidecar/table/row_sink.h"

namespace pillion::internal {

// What reads returns false after the first refusal, which is in error() then.
class FrameBytes {
 public:
  FrameBytes(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source), arena_(arena), sink_(sink) {}

 protected:
  // Rows without columns take no bytes, so nothing else bounds their number.
  static constexpr std::size_t kEmptyRowCountMax = 1 << 20;

  std::string_view left() const { return source_.text.substr(offset_); }
  const std::string& name() const { return source_.name; }
  const Schema& schema() const { return schema_; }

  bool Refuse(std::string what, LoadCode code = LoadCode::kBadSchema) {
    std::string where = source_.name + ": offset " + std::to_string(place_);
    if (row_number_ > 0) {
      const bool known = column_ < schema_.size();
      where = PlaceOf(source_, row_number_, known ? schema_[column_].name : "", place_);
    }
    return HandThrough(LoadError({{code, std::move(where), std::move(what)}}));
  }
  // Another's error.
  bool HandThrough(LoadError error) {
    error_ = std::move(error);
    return false;
  }
  tl::unexpected<LoadError> error() { return tl::unexpected(*std::move(error_)); }

  // What comes next is what a refusal is about.
  void BeginItem() { place_ = offset_; }
  bool Take(std::size_t count, std::string_view& bytes) {
    if (count > left().size()) {
      return Refuse("expected " + std::to_string(count) + " bytes, found the end");
    }
    bytes = left().substr(0, count);
    offset_ += count;
    return true;
  }

  template <typename T>
  T* Allocate(std::size_t count) {
    T* const room =
        count <= std::numeric_limits<std::uint32_t>::max() ? arena_.Allocate<T>(count) : nullptr;
    if (room == nullptr) Refuse("the row is too large", LoadCode::kOverLimit);
    return room;
  }
  // Checks text and copies it.
  bool KeepText(BasicType base, std::string_view& text) {
    if (base == BasicType::kString && !IsUtf8(text)) {
      return Refuse("expected UTF-8 text, found other bytes");
    }
    char* const copy = Allocate<char>(text.size());
    if (copy == nullptr) return false;
    text = {copy, text.copy(copy, text.size())};
    return true;
  }

  bool Begin(Schema schema) {
    schema_ = std::move(schema);
    row_.resize(schema_.size());
    return Pass(sink_.Begin(schema_));
  }
  // Calls `read_cell(column, value)` for each column of the next row.
  template <typename F>
  bool ReadRow(F&& read_cell) {
    ++row_number_;
    for (column_ = 0; column_ < row_.size(); ++column_) {
      row_[column_] = Value::Null();
      if (!read_cell(column_, row_[column_])) return false;
    }
    return Pass(sink_.Add(row_));
  }
  Result<void> End() { return sink_.End(); }

  bool ExpectIndices(std::size_t count, const Value& value) {
    return (value.rank != 0 && count == value.count) ||
           Refuse("expected an index for each of " + std::to_string(value.count) +
                  " values, found " + std::to_string(count));
  }

 private:
  bool Pass(Result<void> result) {
    return result.has_value() || HandThrough(std::move(result).error());
  }

  const TableSource& source_;
  Arena& arena_;
  RowSink& sink_;
  Schema schema_;
  std::vector<Value> row_;
  std::size_t offset_ = 0;
  std::size_t place_ = 0;       // of what is being read
  std::size_t row_number_ = 0;  // from 1; 0: before the rows
  std::size_t column_ = 0;
  std::optional<LoadError> error_;
};

}  // namespace pillion::internal
