// MLeap's leap frame as an Avro object container file, without compression. Spec: bundle-format.md
// section 19. A file that ends early is refused, where MLeap drops its last rows without a word.
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/quote.h"
#include "engine/tensor_dimensions.h"
#include "sidecar/table/frame_bytes.h"
#include "sidecar/table/leap_avro_schema.h"

namespace pillion::internal {
namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr std::size_t kSyncBytes = 16;

class AvroReader : FrameBytes {
 public:
  using FrameBytes::FrameBytes;

  Result<void> Read() {
    if (!ReadHeader() || !ReadBlocks()) return error();
    return End();
  }

 private:
  bool TakeItem(std::size_t count, std::string_view& bytes) {
    BeginItem();
    return Take(count, bytes);
  }

  // Zigzag, seven bits a byte, the lowest first.
  bool ReadLong(std::int64_t& x) {
    BeginItem();
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      std::string_view next;
      if (left().empty() || !Take(1, next)) return Refuse("expected a number, found the end");
      const auto byte = static_cast<unsigned char>(next[0]);
      bits |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        x = static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
        return true;
      }
    }
    return Refuse("a number of more than 64 bits");
  }

  template <typename T>
  bool Read(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      std::string_view byte;
      if (!TakeItem(1, byte)) return false;
      x = byte[0] != 0;
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      std::int64_t size = 0;
      if (!ReadLong(size)) return false;
      if (size < 0) return Refuse("a negative length");
      return TakeItem(static_cast<std::size_t>(size), x);
    } else if constexpr (std::is_floating_point_v<T>) {
      std::string_view bytes;
      if (!TakeItem(sizeof(T), bytes)) return false;
      static_assert(std::endian::native == std::endian::little);
      std::memcpy(&x, bytes.data(), sizeof x);
    } else {
      // Of a tensor of shorts MLeap keeps the low bits; everything else must be in range.
      std::int64_t number = 0;
      if (!ReadLong(number)) return false;
      const auto fits = static_cast<std::int32_t>(number);
      if (sizeof(T) < sizeof(std::int64_t) && fits != number) {
        return Refuse("expected an integer of 32 bits, found " + std::to_string(number));
      }
      x = static_cast<T>(number);
    }
    return true;
  }

  // Calls `item()` for each item of an array's or map's blocks, which take a byte or more.
  template <typename F>
  bool ReadItems(F&& item) {
    for (;;) {
      std::int64_t count = 0;
      if (!ReadLong(count)) return false;
      if (count == 0) return true;
      if (count < 0) {  // then the block's bytes follow
        std::int64_t bytes = 0;
        if (count == std::numeric_limits<std::int64_t>::min()) return Refuse("a negative count");
        count = -count;
        if (!ReadLong(bytes)) return false;
      }
      if (static_cast<std::uint64_t>(count) > left().size()) {
        return Refuse("a count of " + std::to_string(count) + ", but " +
                      std::to_string(left().size()) + " bytes are left");
      }
      for (std::int64_t i = 0; i < count; ++i) {
        if (!item()) return false;
      }
    }
  }

  bool ReadHeader() {
    std::string_view magic;
    if (!TakeItem(kMagic.size(), magic)) return false;
    if (magic != kMagic) return Refuse("no Avro object container file");
    std::string_view schema;
    const bool read = ReadItems([&] {
      std::string_view key;
      std::string_view value;
      if (!Read(key) || !Read(value)) return false;
      if (key == "avro.schema") schema = value;
      if (key == "avro.codec" && value != "null") {
        return Refuse("compressed with " + Quote(value) + ", which is not supported");
      }
      return true;
    });
    if (!read || !TakeItem(kSyncBytes, sync_)) return false;
    auto columns = ReadAvroSchema(schema);
    if (!columns) {
      Problem& problem = columns.error().problems.front();
      problem.where = name() + ": " + problem.where;
      return HandThrough(std::move(columns).error());
    }
    columns_ = *std::move(columns);
    return true;
  }

  bool ReadBlocks() {
    Schema schema;
    for (const AvroColumn& column : columns_) schema.push_back(column.field);
    if (!Begin(std::move(schema))) return false;
    std::size_t empty_row_count = 0;
    while (!left().empty()) {
      std::int64_t count = 0;
      std::int64_t bytes = 0;
      std::string_view sync;
      if (!ReadLong(count) || !ReadLong(bytes)) return false;
      if (columns_.empty()) empty_row_count += static_cast<std::size_t>(count);
      if (count < 0 || empty_row_count > kEmptyRowCountMax) {
        return Refuse("a count of " + std::to_string(count) + " rows");
      }
      for (std::int64_t i = 0; i < count; ++i) {
        const bool read = ReadRow(
            [&](std::size_t column, Value& value) { return ReadCell(columns_[column], value); });
        if (!read) return false;
      }
      if (!TakeItem(kSyncBytes, sync)) return false;
      if (sync != sync_) return Refuse("expected the sync marker behind a block");
    }
    return true;
  }

  bool ReadCell(const AvroColumn& column, Value& value) {
    if (column.null_branch >= 0) {
      std::int64_t branch = 0;
      if (!ReadLong(branch)) return false;
      if (branch == column.null_branch) return true;
      if (branch != 1 - column.null_branch) return Refuse("expected branch 0 or 1 of a union");
    }
    const DataType& type = column.field.type;
    return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
      switch (type.shape) {
        case Shape::kList: return ReadList<T>(type.base, value);
        case Shape::kMap: return ReadMap<T>(type.base, value);
        case Shape::kTensor: return ReadTensor<T>(value);
        case Shape::kScalar: break;
      }
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

  // A copy in the arena; nullptr: refused.
  template <typename T, typename Elements>
  const T* Keep(const Elements& elements) {
    T* const kept = Allocate<T>(elements.size());
    if (kept == nullptr) return nullptr;
    std::copy(elements.begin(), elements.end(), kept);
    return kept;
  }

  template <typename T>
  bool ReadList(BasicType base, Value& value) {
    std::vector<Boxed<T>> elements;
    const bool read = ReadItems([&] { return ReadElement(base, elements.emplace_back().value); });
    const T* kept = read ? Keep<T>(elements) : nullptr;
    if (kept == nullptr) return false;
    value = Value::List(kept, static_cast<std::uint32_t>(elements.size()));
    return true;
  }

  template <typename T>
  bool ReadMap(BasicType base, Value& value) {
    std::vector<std::string_view> keys;
    std::vector<Boxed<T>> elements;
    std::map<std::string_view, std::size_t> places;  // Of equal keys the last one counts.
    const bool read = ReadItems([&] {
      std::string_view key;
      if (!ReadElement(BasicType::kString, key)) return false;
      const auto [it, is_new] = places.try_emplace(key, keys.size());
      if (is_new) {
        keys.push_back(key);
        elements.emplace_back();
      }
      return ReadElement(base, elements[it->second].value);
    });
    const auto* kept_keys = read ? Keep<std::string_view>(keys) : nullptr;
    const T* kept = kept_keys != nullptr ? Keep<T>(elements) : nullptr;
    if (kept == nullptr) return false;
    value = Value::List(kept, static_cast<std::uint32_t>(keys.size()));
    value.keys = kept_keys;
    return true;
  }

  // dimensions, values, then a union of indices and null.
  template <typename T>
  bool ReadTensor(Value& value) {
    std::vector<std::int32_t> dimensions;
    if (!ReadItems([&] { return Read(dimensions.emplace_back()); })) return false;
    if constexpr (std::is_same_v<T, std::int8_t>) {
      std::string_view bytes;
      if (!Read(bytes)) return false;
      const T* kept = Keep<T>(bytes);
      if (kept == nullptr) return false;
      value = Value::List(kept, static_cast<std::uint32_t>(bytes.size()));
    } else if (!ReadList<T>(BasicType::kDouble, value)) {
      return false;
    }
    std::int64_t branch = 0;
    if (!ReadLong(branch)) return false;
    if (branch != 0 && branch != 1) return Refuse("expected branch 0 or 1 of a union");
    if (branch == 1) {
      if (auto wrong = NormalizeDimensions(dimensions, value.count)) return Refuse(*wrong);
    }
    return SetDimensions(dimensions, value) && (branch == 1 || ReadIndices(value));
  }

  bool SetDimensions(const std::vector<std::int32_t>& dimensions, Value& value) {
    if (dimensions.size() > std::numeric_limits<std::uint8_t>::max()) {
      return Refuse("a tensor of more than 255 dimensions");
    }
    value.rank = static_cast<std::uint8_t>(dimensions.size());
    if (value.rank == 1) {
      value.size = dimensions[0];
      return true;
    }
    value.dimensions = Keep<std::int32_t>(dimensions);
    return value.dimensions != nullptr;
  }

  bool ReadIndices(Value& value) {
    std::vector<std::int32_t> indices;
    std::size_t count = 0;
    const bool read = ReadItems([&] {
      ++count;
      const std::size_t before = indices.size();
      if (!ReadItems([&] { return Read(indices.emplace_back()); })) return false;
      return indices.size() - before == value.rank ||
             Refuse("an index of another length than the dimensions");
    });
    if (!read) return false;
    if (!ExpectIndices(count, value)) return false;
    value.sparse = true;
    value.indices = Keep<std::int32_t>(indices);
    return value.indices != nullptr;
  }

  std::vector<AvroColumn> columns_;
  std::string_view sync_;
};

}  // namespace

Result<void> ReadLeapAvro(const TableSource& source, Arena& arena, RowSink& sink) {
  return AvroReader(source, arena, sink).Read();
}

}  // namespace pillion::internal
