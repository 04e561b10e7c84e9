// MLeap's leap frame in binary: big-endian, the schema as JSON in front. Spec: bundle-format.md
// section 18. Counts are believed only as far as the bytes left could hold them.
#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "sidecar/table/frame_bytes.h"
#include "sidecar/table/leap_schema_reader.h"

namespace pillion::internal {
namespace {

constexpr std::uint16_t kDense = 0;
constexpr std::uint16_t kSparse = 1;

// The fewest bytes that an element takes.
template <typename T>
constexpr std::size_t kElementBytes = std::is_same_v<T, std::string_view> ? 4 : sizeof(T);

class LeapBinaryReader : FrameBytes {
 public:
  using FrameBytes::FrameBytes;

  Result<void> Read() {
    if (!ReadSchema() || !ReadRows()) return error();
    return End();
  }

 private:
  template <typename T>
  bool Read(T& x) {
    BeginItem();
    if constexpr (std::is_same_v<T, std::string_view>) {
      std::size_t count = 0;
      return ReadCount(1, count) && Take(count, x);
    } else {
      std::string_view bytes;
      if (!Take(sizeof(T), bytes)) return false;
      std::array<char, sizeof(T)> reversed;
      static_assert(std::endian::native == std::endian::little);
      std::reverse_copy(bytes.begin(), bytes.end(), reversed.begin());
      if constexpr (std::is_same_v<T, bool>) {
        x = reversed[0] != 0;
      } else {
        x = std::bit_cast<T>(reversed);
      }
      return true;
    }
  }

  // A count of things that take `bytes_each` or more.
  bool ReadCount(std::size_t bytes_each, std::size_t& count) {
    std::int32_t claimed = 0;
    if (!Read(claimed)) return false;
    if (claimed < 0 || static_cast<std::size_t>(claimed) > left().size() / bytes_each) {
      return Refuse("a count of " + std::to_string(claimed) + ", but " +
                    std::to_string(left().size()) + " bytes are left");
    }
    count = static_cast<std::size_t>(claimed);
    return true;
  }

  bool ReadSchema() {
    std::string_view text;
    if (!Read(text)) return false;
    JsonReader json(name());
    // The reader of schemas reads a member, so the schema becomes one.
    const std::string wrapped = "{\"schema\":" + std::string(text) + "}";
    const bool read = json.ReadText(wrapped, [&](std::string_view, JsonReader::Value value) {
      return ReadSchemaJson(json, value, columns_);
    });
    if (!read) return Refuse("in the schema: " + json.error().problems.front().what);
    for (const Field& field : columns_) {
      if (field.type.shape == Shape::kMap) {
        return Refuse("the column '" + field.name + "' is a map, which this form cannot hold");
      }
    }
    return true;
  }

  bool ReadRows() {
    std::int32_t row_count = 0;
    if (!Read(row_count)) return false;
    if (row_count < 0 ||
        (columns_.empty() && static_cast<std::size_t>(row_count) > kEmptyRowCountMax)) {
      return Refuse("a count of " + std::to_string(row_count) + " rows");
    }
    if (!Begin(std::move(columns_))) return false;
    for (std::int32_t i = 0; i < row_count; ++i) {
      const bool read = ReadRow(
          [&](std::size_t column, Value& value) { return ReadCell(schema()[column].type, value); });
      if (!read) return false;
    }
    return true;
  }

  bool ReadCell(const DataType& type, Value& value) {
    if (type.nullable) {
      bool present = false;
      if (!Read(present)) return false;
      if (!present) return true;
    }
    return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
      if (type.shape == Shape::kList) return ReadElements<T>(type.base, value);
      if (type.shape == Shape::kTensor) return ReadTensor<T>(type.base, value);
      value.null = false;
      return ReadElement(type.base, value.As<T>());
    });
  }

  template <typename T>
  bool ReadElement(BasicType base, T& element) {
    if (!Read(element)) return false;
    if constexpr (std::is_same_v<T, std::string_view>) return KeepText(base, element);
    return true;
  }

  template <typename T>
  bool ReadElements(BasicType base, Value& value) {
    std::size_t count = 0;
    if (!ReadCount(kElementBytes<T>, count)) return false;
    T* elements = Allocate<T>(count);
    if (elements == nullptr) return false;
    for (std::size_t i = 0; i < count; ++i) {
      T element{};
      if (!ReadElement(base, element)) return false;
      elements[i] = element;
    }
    value = Value::List(elements, static_cast<std::uint32_t>(count));
    return true;
  }

  template <typename T>
  bool ReadTensor(BasicType base, Value& value) {
    std::uint16_t kind = 0;
    std::uint16_t rank = 0;
    if (!Read(kind)) return false;
    if (kind != kDense && kind != kSparse) {
      return Refuse("expected a tensor of kind 0 or 1, found " + std::to_string(kind));
    }
    if (!Read(rank)) return false;
    if (rank > std::numeric_limits<std::uint8_t>::max() ||
        rank > left().size() / sizeof(std::int32_t)) {
      return Refuse("a tensor of " + std::to_string(rank) + " dimensions");
    }
    auto* dimensions = Allocate<std::int32_t>(rank);
    if (dimensions == nullptr) return false;
    for (std::size_t i = 0; i < rank; ++i) {
      if (!Read(dimensions[i])) return false;
    }
    if (!ReadElements<T>(base, value)) return false;
    value.rank = static_cast<std::uint8_t>(rank);
    value.dimensions = rank == 1 ? nullptr : dimensions;
    if (rank == 1) value.size = dimensions[0];
    return kind == kDense || ReadIndices(rank, value);
  }

  bool ReadIndices(std::uint16_t rank, Value& value) {
    std::size_t count = 0;
    if (!ReadCount(sizeof rank + rank * sizeof(std::int32_t), count)) return false;
    if (!ExpectIndices(count, value)) return false;
    auto* indices = Allocate<std::int32_t>(count * rank);
    if (indices == nullptr) return false;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t length = 0;
      if (!Read(length)) return false;
      if (length != rank) {
        return Refuse("expected an index of " + std::to_string(rank) + " numbers, found " +
                      std::to_string(length));
      }
      for (std::size_t k = 0; k < rank; ++k) {
        if (!Read(indices[i * rank + k])) return false;
      }
    }
    value.sparse = true;
    value.indices = indices;
    return true;
  }

  Schema columns_;  // until the rows begin
};

}  // namespace

Result<void> ReadLeapBinary(const TableSource& source, Arena& arena, RowSink& sink) {
  return LeapBinaryReader(source, arena, sink).Read();
}

}  // namespace pillion::internal
