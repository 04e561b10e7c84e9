#include "schemas/rows/layout_description.h"

#include <cstring>
#include <string>
#include <utility>

namespace pillion {
namespace {

constexpr std::uint8_t kNullable = 1;
constexpr std::uint8_t kDimensionsKnown = 2;

struct ColumnHead {
  std::uint8_t shape;
  std::uint8_t base;
  std::uint8_t key;
  std::uint8_t flags;
  std::uint16_t name_bytes;
  std::uint16_t dimension_count;
};
static_assert(sizeof(ColumnHead) == 8);

void Append(std::vector<std::byte>* out, const void* bytes, std::size_t count) {
  const auto* from = static_cast<const std::byte*>(bytes);
  out->insert(out->end(), from, from + count);
}

void AppendColumns(std::vector<std::byte>* out, const Schema& columns) {
  const auto count = static_cast<std::uint32_t>(columns.size());
  Append(out, &count, sizeof(count));
  for (const Field& field : columns) {
    const DataType& type = field.type;
    ColumnHead head{};
    head.shape = static_cast<std::uint8_t>(type.shape);
    head.base = static_cast<std::uint8_t>(type.base);
    head.key = static_cast<std::uint8_t>(type.key);
    head.flags = static_cast<std::uint8_t>((type.nullable ? kNullable : 0) |
                                           (type.dimensions ? kDimensionsKnown : 0));
    head.name_bytes = static_cast<std::uint16_t>(field.name.size());
    head.dimension_count =
        static_cast<std::uint16_t>(type.dimensions ? type.dimensions->size() : 0);
    Append(out, &head, sizeof(head));
    Append(out, field.name.data(), head.name_bytes);
    if (type.dimensions) Append(out, type.dimensions->data(), 4 * head.dimension_count);
  }
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool Read(void* to, std::size_t count) {
    if (count > bytes_.size()) return false;
    if (count > 0) std::memcpy(to, bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return true;
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

bool IsBasicType(std::uint8_t byte) {
  return byte >= static_cast<std::uint8_t>(BasicType::kBoolean) &&
         byte <= static_cast<std::uint8_t>(BasicType::kByteString);
}

bool ReadColumn(Reader& reader, Field* field) {
  ColumnHead head{};
  if (!reader.Read(&head, sizeof(head))) return false;
  const bool valid = head.shape <= static_cast<std::uint8_t>(Shape::kMap) &&
                     IsBasicType(head.base) && IsBasicType(head.key) &&
                     (head.flags & ~(kNullable | kDimensionsKnown)) == 0 &&
                     ((head.flags & kDimensionsKnown) != 0 || head.dimension_count == 0);
  if (!valid || std::size_t{head.name_bytes} + 4U * head.dimension_count > reader.left()) {
    return false;
  }
  field->name.resize(head.name_bytes);
  reader.Read(field->name.data(), head.name_bytes);
  field->type.shape = static_cast<Shape>(head.shape);
  field->type.base = static_cast<BasicType>(head.base);
  field->type.key = static_cast<BasicType>(head.key);
  field->type.nullable = (head.flags & kNullable) != 0;
  if ((head.flags & kDimensionsKnown) != 0) {
    std::vector<std::int32_t> dimensions(head.dimension_count);
    reader.Read(dimensions.data(), 4 * dimensions.size());
    field->type.dimensions = std::move(dimensions);
  }
  return true;
}

bool ReadColumns(Reader& reader, Schema* columns) {
  std::uint32_t count = 0;
  if (!reader.Read(&count, sizeof(count))) return false;
  if (count > reader.left() / sizeof(ColumnHead)) return false;
  columns->resize(count);
  for (Field& field : *columns) {
    if (!ReadColumn(reader, &field)) return false;
  }
  return true;
}

}  // namespace

std::vector<std::byte> EncodeLayoutDescription(const LayoutDescription& description) {
  std::vector<std::byte> bytes;
  Append(&bytes, &description.schema_hash, sizeof(description.schema_hash));
  AppendColumns(&bytes, description.inputs);
  AppendColumns(&bytes, description.outputs);
  return bytes;
}

std::optional<LayoutDescription> DecodeLayoutDescription(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  LayoutDescription description;
  if (!reader.Read(&description.schema_hash, sizeof(description.schema_hash))) return {};
  if (!ReadColumns(reader, &description.inputs)) return {};
  if (!ReadColumns(reader, &description.outputs)) return {};
  if (reader.left() != 0) return {};
  return description;
}

}  // namespace pillion
