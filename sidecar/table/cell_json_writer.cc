#include "sidecar/table/cell_json_writer.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/base64.h"

namespace pillion {
namespace {

template <typename T>
void WriteElement(const T& element, BasicType base, JsonText& json) {
  if constexpr (std::is_same_v<T, bool>) {
    json.Boolean(element);
  } else if constexpr (std::is_floating_point_v<T>) {
    json.Number(element);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    base == BasicType::kByteString ? json.String(EncodeBase64(element)) : json.String(element);
  } else {
    json.Number(std::int64_t{element});
  }
}

template <typename T>
void WriteArray(std::span<const T> elements, BasicType base, JsonText& json) {
  json.BeginArray();
  for (const T& element : elements) {
    json.Element();
    WriteElement(element, base, json);
  }
  json.EndArray();
}

template <typename T>
void WriteTensor(const Value& value, BasicType base, VectorForm vectors, JsonText& json) {
  if (vectors == VectorForm::kArray && value.rank == 1 && !value.sparse) {
    return WriteArray(value.Elements<T>(), base, json);
  }
  json.BeginObject();
  json.Key("dimensions");
  WriteArray(value.Dimensions(), BasicType::kInt, json);
  if (value.sparse) {
    json.Key("indices");
    json.BeginArray();
    for (std::uint32_t i = 0; i < value.count; ++i) {
      json.Element();
      WriteArray(std::span(value.indices + std::size_t{i} * value.rank, value.rank),
                 BasicType::kInt, json);
    }
    json.EndArray();
  }
  json.Key("values");
  WriteArray(value.Elements<T>(), base, json);
  json.EndObject();
}

// Ordered by key, as MLeap's writer has the members of every object.
template <typename T>
void WriteMap(const Value& value, const DataType& type, JsonText& json) {
  const std::span<const std::string_view> keys = value.Keys<std::string_view>();
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  json.BeginObject();
  for (const std::size_t i : order) {
    json.Key(type.key == BasicType::kByteString ? EncodeBase64(keys[i]) : std::string(keys[i]));
    WriteElement(value.Elements<T>()[i], type.base, json);
  }
  json.EndObject();
}

}  // namespace

void WriteCellJson(const Value& value, const DataType& type, VectorForm vectors, JsonText& json) {
  if (value.null) return json.Null();
  WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    switch (type.shape) {
      case Shape::kScalar: return WriteElement(value.As<T>(), type.base, json);
      case Shape::kList: return WriteArray(value.Elements<T>(), type.base, json);
      case Shape::kTensor: return WriteTensor<T>(value, type.base, vectors, json);
      case Shape::kMap: return WriteMap<T>(value, type, json);
    }
  });
}

std::string CellJson(const Value& value, const DataType& type, VectorForm vectors) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact, JsonNonFinite::kNamed);
  WriteCellJson(value, type, vectors, json);
  return text;
}

std::string ShortCellJson(const Value& value, const DataType& type) {
  constexpr std::size_t kBytesMax = 200;
  std::string text = CellJson(value, type, VectorForm::kArray);
  if (text.size() > kBytesMax) text = text.substr(0, kBytesMax) + "...";
  return text;
}

}  // namespace pillion
