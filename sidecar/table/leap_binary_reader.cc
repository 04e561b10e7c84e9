// MLeap's leap frame in binary: big-endian, the schema as JSON in front. Spec: bundle-format.md
// section 18. Counts are believed only as far as the bytes left could hold them.
#include <simdjson.h>

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "sidecar/table/leap_schema.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

constexpr std::uint16_t kDense = 0;
constexpr std::uint16_t kSparse = 1;
// Rows without columns take no bytes, so nothing else bounds their number.
constexpr std::int32_t kEmptyRowCountMax = 1 << 20;

template <std::size_t bytes>
struct UnsignedOf;
template <>
struct UnsignedOf<1> {
  using Type = std::uint8_t;
};
template <>
struct UnsignedOf<2> {
  using Type = std::uint16_t;
};
template <>
struct UnsignedOf<4> {
  using Type = std::uint32_t;
};
template <>
struct UnsignedOf<8> {
  using Type = std::uint64_t;
};

// The fewest bytes that an element takes.
template <typename T>
constexpr std::size_t kElementBytes = std::is_same_v<T, std::string_view> ? 4 : sizeof(T);

class LeapBinaryReader {
 public:
  LeapBinaryReader(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source), arena_(arena), sink_(sink) {}

  Result<void> Read() {
    if (!ReadSchema() || !ReadRows()) {
      if (sink_error_) return tl::unexpected(*std::move(sink_error_));
      std::string where = source_.name + ": offset " + std::to_string(place_);
      if (row_number_ > 0) where = PlaceOf(source_, row_number_, schema_[column_].name, place_);
      return Fail(code_, std::move(where), std::move(what_));
    }
    return sink_.End();
  }

 private:
  std::size_t left() const { return source_.text.size() - offset_; }

  bool Refuse(std::string what, LoadCode code = LoadCode::kBadSchema) {
    what_ = std::move(what);
    code_ = code;
    return false;
  }

  bool Pass(Result<void> result) {
    if (result) return true;
    sink_error_ = std::move(result).error();
    return false;
  }

  template <typename T>
  bool Read(T& x) {
    place_ = offset_;
    if constexpr (std::is_same_v<T, std::string_view>) {
      return ReadBytes(x);
    } else {
      if (left() < sizeof(T)) {
        return Refuse("expected " + std::to_string(sizeof(T)) + " bytes, found the end");
      }
      typename UnsignedOf<sizeof(T)>::Type bits = 0;
      for (std::size_t i = 0; i < sizeof(T); ++i) {
        bits = static_cast<decltype(bits)>(bits << 8 * (sizeof(T) > 1) |
                                           static_cast<unsigned char>(source_.text[offset_ + i]));
      }
      offset_ += sizeof(T);
      if constexpr (std::is_same_v<T, bool>) {
        x = bits != 0;
      } else {
        x = std::bit_cast<T>(bits);
      }
      return true;
    }
  }

  // A count of things that take `bytes_each` or more.
  bool ReadCount(std::size_t bytes_each, std::size_t& count) {
    std::int32_t claimed = 0;
    if (!Read(claimed)) return false;
    if (claimed < 0 || static_cast<std::size_t>(claimed) > left() / bytes_each) {
      return Refuse("a count of " + std::to_string(claimed) + ", but " + std::to_string(left()) +
                    " bytes are left");
    }
    count = static_cast<std::size_t>(claimed);
    return true;
  }

  bool ReadBytes(std::string_view& bytes) {
    std::size_t count = 0;
    if (!ReadCount(1, count)) return false;
    bytes = source_.text.substr(offset_, count);
    offset_ += count;
    return true;
  }

  bool ReadSchema() {
    std::string_view text;
    if (!Read(text)) return false;
    JsonReader json(source_.name);
    // The reader of schemas reads a member, so the schema becomes one.
    const std::string wrapped = "{\"schema\":" + std::string(text) + "}";
    const bool read = json.ReadText(wrapped, [&](std::string_view, JsonReader::Value value) {
      return ReadSchemaJson(json, value, schema_);
    });
    if (!read) return Refuse("in the schema: " + json.error().problems.front().what);
    for (const Field& field : schema_) {
      if (field.type.shape == Shape::kMap) {
        return Refuse("the column '" + field.name + "' is a map, which this form cannot hold");
      }
    }
    return true;
  }

  bool ReadRows() {
    std::int32_t row_count = 0;
    if (!Read(row_count)) return false;
    if (row_count < 0 || (schema_.empty() && row_count > kEmptyRowCountMax)) {
      return Refuse("a count of " + std::to_string(row_count) + " rows");
    }
    if (!Pass(sink_.Begin(schema_))) return false;
    std::vector<Value> row(schema_.size());
    for (std::int32_t i = 0; i < row_count; ++i) {
      row_number_ = static_cast<std::size_t>(i) + 1;
      for (column_ = 0; column_ < row.size(); ++column_) {
        if (!ReadCell(schema_[column_].type, row[column_])) return false;
      }
      if (!Pass(sink_.Add(row))) return false;
    }
    return true;
  }

  bool ReadCell(const DataType& type, Value& value) {
    value = Value::Null();
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
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (base == BasicType::kString && !simdjson::validate_utf8(element.data(), element.size())) {
        return Refuse("expected UTF-8 text, found other bytes");
      }
      char* copy = Allocate<char>(element.size());
      if (copy == nullptr) return false;
      element = {copy, element.copy(copy, element.size())};
    }
    return true;
  }

  template <typename T>
  T* Allocate(std::size_t count) {
    T* room = arena_.Allocate<T>(count);
    if (room == nullptr) Refuse("the row is too large", LoadCode::kOverLimit);
    return room;
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
    if (rank > std::numeric_limits<std::uint8_t>::max() || rank > left() / sizeof(std::int32_t)) {
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
    if (rank == 0 || count != value.count) {
      return Refuse("expected an index for each of " + std::to_string(value.count) +
                    " values, found " + std::to_string(count));
    }
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

  const TableSource& source_;
  Arena& arena_;
  RowSink& sink_;
  Schema schema_;
  std::size_t offset_ = 0;
  std::size_t place_ = 0;       // of what is being read
  std::size_t row_number_ = 0;  // from 1; 0: before the rows
  std::size_t column_ = 0;
  LoadCode code_ = LoadCode::kBadSchema;
  std::string what_;
  std::optional<LoadError> sink_error_;
};

}  // namespace

Result<void> ReadLeapBinary(const TableSource& source, Arena& arena, RowSink& sink) {
  return LeapBinaryReader(source, arena, sink).Read();
}

}  // namespace pillion::internal
