// Reads FlatBuffers bytes of a stranger: every position is checked before it is followed. Knows the
// format; which columns there are is RowShape's, what values mean is the caller's. Positions are
// bytes from the start, which must be 8-aligned and must not change while it is read: shared memory
// is copied first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "schemas/rows/wire_encoder.h"
#include "schemas/rows/wire_values.h"
#include "schemas/types/data_type.h"
#include "schemas/types/score_code.h"

namespace pillion {

struct WireTable {
  std::uint32_t position = 0;
  std::uint32_t vtable = 0;
  std::uint32_t vtable_bytes = 0;
};

struct WireVector {
  std::uint32_t first = 0;  // position of the first element
  std::uint32_t count = 0;
};

// All that return bool: false when the bytes do not hold what is asked for; code() says why.
class WireDecoder {
 public:
  WireDecoder() = default;
  // All reading together may do work in proportion to `work_bytes_max`: see Spend().
  explicit WireDecoder(std::span<const std::byte> bytes,
                       std::int64_t work_bytes_max = kUnboundedWork) noexcept;
  static constexpr std::int64_t kUnboundedWork = std::numeric_limits<std::int64_t>::max();

  ScoreCode code() const noexcept {
    return work_bytes_left_ < 0 ? ScoreCode::kTooLarge : ScoreCode::kMalformed;
  }

  std::uint32_t size() const noexcept { return size_; }
  const std::byte* at(std::uint32_t position) const noexcept { return data_ + position; }
  // REQUIRES: the bytes of T lie within size().
  template <typename T>
  T Load(std::uint32_t position) const noexcept {
    T value;
    std::memcpy(&value, data_ + position, sizeof value);
    return value;
  }

  // Counts work that grows with `bytes`. Parts may be shared, in a batch of a million offsets to
  // one long row too; the bound keeps a small request from costing much.
  bool Spend(std::uint64_t bytes) noexcept {
    work_bytes_left_ -= static_cast<std::int64_t>(bytes);
    return work_bytes_left_ >= 0;
  }

  bool Root(std::uint32_t* table) const noexcept;
  bool Open(std::uint32_t position, WireTable* table) const noexcept;
  // The position of a field that takes `inline_bytes`; 0 if absent.
  bool FindField(const WireTable& table, std::uint32_t index, std::uint32_t inline_bytes,
                 std::uint32_t* slot) const noexcept;

  // Below, `slot` holds an offset. REQUIRES: it is 4-aligned and 4 bytes lie within size().
  bool Follow(std::uint32_t slot, std::uint32_t* target) const noexcept {
    const std::uint64_t position = std::uint64_t{slot} + Load<std::uint32_t>(slot);
    *target = static_cast<std::uint32_t>(position);
    return position != slot && position + 4 <= size_ && position % 4 == 0;
  }
  bool FindVector(std::uint32_t slot, std::uint32_t element_bytes,
                  WireVector* vector) const noexcept {
    std::uint32_t position = 0;
    if (!Follow(slot, &position)) return false;
    vector->first = position + 4;
    vector->count = Load<std::uint32_t>(position);
    return std::uint64_t{vector->count} * element_bytes <= size_ - vector->first &&
           // The library does not align vectors without elements.
           (vector->count == 0 || vector->first % element_bytes == 0);
  }
  // A string; UTF-8 is not checked.
  bool FindString(std::uint32_t slot, std::string_view* text) noexcept {
    WireVector vector;
    if (!FindVector(slot, 1, &vector)) return false;
    *text = Chars(vector);
    return vector.count < size_ - vector.first &&
           *at(vector.first + vector.count) == std::byte{0} && Spend(kTextWork + vector.count);
  }
  bool FindByteString(std::uint32_t slot, std::string_view* bytes) noexcept {
    WireVector vector;
    if (!FindVector(slot, 1, &vector)) return false;
    *bytes = Chars(vector);
    return Spend(kTextWork);
  }
  // Elements of a scalar base; booleans are 0 or 1.
  bool FindScalars(std::uint32_t slot, BasicType base, ElementsView* elements) noexcept;
  // A vector of scalars or, for text, of the offsets of its elements.
  bool FindList(std::uint32_t slot, BasicType base, WireVector* vector) const noexcept;
  // Element of a list of text.
  bool FindText(const WireVector& texts, BasicType base, std::uint32_t index,
                std::string_view* text) noexcept;
  // `tensor` has no data where the base is text: `values` leads to it. What dimensions and indices
  // say is left to CheckTensor(); a sparse tensor without dimensions gets one that it refuses.
  bool FindTensor(std::uint32_t slot, BasicType base, TensorView* tensor,
                  WireVector* values) noexcept;
  // Table `index` of a vector of tables that FindVector(slot, 4) gave.
  bool OpenElement(const WireVector& tables, std::uint32_t index, WireTable* table) const noexcept;

  // A field of a map's entry, 0 key or 1 value, into the C++ type of `base`. Absent numbers are 0,
  // as generated code leaves those out; absent text is malformed.
  bool FindEntryField(const WireTable& entry, std::uint32_t index, BasicType base,
                      void* value) noexcept;

  // The elements of a vector whose type is a scalar; not for booleans that are unchecked.
  ElementsView Elements(const WireVector& vector, BasicType base) const noexcept {
    return {base, data_ + (vector.count == 0 ? 0 : vector.first), vector.count};
  }
  bool AreBooleans(const WireVector& vector) noexcept;

 private:
  static constexpr std::uint32_t kTextWork = 8;  // to find one text, beside reading it

  std::string_view Chars(const WireVector& vector) const noexcept {
    return {reinterpret_cast<const char*>(data_ + vector.first), vector.count};
  }
  std::span<const std::int32_t> DefaultDimensions(const WireVector& values,
                                                  bool sparse) const noexcept;
  bool FindInts(const WireTable& table, std::uint32_t index, bool* present,
                std::span<const std::int32_t>* ints) const noexcept;

  const std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::int64_t work_bytes_left_ = 0;
};

}  // namespace pillion
