#include "tests/support/wire_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace pillion {

std::vector<std::shared_ptr<const RowLayout>> LayoutsOf(const Schema& columns) {
  return {std::make_shared<const RowLayout>(*RowLayout::Make(columns)),
          std::make_shared<const RowLayout>(*RowLayout::Make(columns, kShortParts))};
}

std::byte* RandomRows::Memory(std::size_t bytes) {
  return reinterpret_cast<std::byte*>(memory_.emplace_back(bytes / 8 + 1).data());
}

DataType RandomRows::Type() {
  const bool nullable = Below(3) != 0;
  switch (Below(5)) {
    case 0: return DataType::List(Base(), nullable);
    case 1: {
      if (Below(3) == 0) return DataType::Tensor(Base(), {}, nullable);
      std::vector<std::int32_t> dimensions(Below(4));
      for (std::int32_t& n : dimensions) {
        n = Below(3) == 0 ? kAnySize : static_cast<std::int32_t>(Below(4));
      }
      return DataType::Tensor(Base(), dimensions, nullable);
    }
    case 2: return DataType::Map(Base(), Base(), nullable);
    default: return DataType::Scalar(Base(), nullable);
  }
}

Schema RandomRows::Columns(std::uint32_t count_max) {
  Schema columns(Below(count_max + 1));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i] = {"column " + std::to_string(i), Type()};
  }
  return columns;
}

std::string_view RandomRows::Text(BasicType base) {
  constexpr std::string_view kPieces[] = {"a", "Zürich", "日本", "\"", "\\", "😀", " ", "98103"};
  std::string text;
  for (std::uint32_t n = Below(2) == 0 ? Below(4) : Below(30); n > 0; --n) {
    if (base == BasicType::kByteString)
      text += static_cast<char>(Below(256));
    else
      text += kPieces[Below(std::size(kPieces))];
  }
  return texts_.emplace_back(std::move(text));
}

template <typename T>
T RandomRows::Element(BasicType base) {
  if constexpr (std::is_same_v<T, std::string_view>)
    return Text(base);
  else if constexpr (std::is_same_v<T, bool>)
    return Below(2) == 1;
  else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(static_cast<int>(Below(8000)) - 4000) / T{8};
  } else {
    return static_cast<T>(random_());
  }
}

const void* RandomRows::Elements(BasicType base, std::uint32_t count) {
  return WithElementType(base, [&]<typename T>(std::type_identity<T>) -> const void* {
    auto* const elements = reinterpret_cast<T*>(Memory(sizeof(T) * count));
    for (std::uint32_t i = 0; i < count; ++i) elements[i] = Element<T>(base);
    return elements;
  });
}

Value RandomRows::Tensor(const DataType& type) {
  const std::size_t rank = type.dimensions ? type.dimensions->size() : Below(4);
  auto* const dimensions = reinterpret_cast<std::int32_t*>(Memory(4 * rank));
  std::uint32_t size = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int32_t declared = type.dimensions ? (*type.dimensions)[i] : kAnySize;
    dimensions[i] = declared == kAnySize ? static_cast<std::int32_t>(Below(5)) : declared;
    size *= static_cast<std::uint32_t>(dimensions[i]);
  }
  Value value;
  value.null = false;
  value.rank = static_cast<std::uint8_t>(rank);
  if (rank == 1) value.size = dimensions[0];
  value.dimensions = dimensions;
  value.sparse = Below(2) == 0;
  auto* const indices = reinterpret_cast<std::int32_t*>(Memory(4 * rank * size));
  for (std::uint32_t i = 0; i < size; ++i) {
    if (value.sparse && Below(2) == 0) continue;
    std::uint32_t rest = i;
    for (std::size_t d = rank; d-- > 0;) {
      const auto n = static_cast<std::uint32_t>(dimensions[d]);
      indices[value.count * rank + d] = static_cast<std::int32_t>(rest % n);
      rest /= n;
    }
    ++value.count;
  }
  value.elements = Elements(type.base, value.count);
  if (value.sparse) value.indices = indices;
  return value;
}

Value RandomRows::Of(const DataType& type) {
  if (type.nullable && Below(4) == 0) return Value::Null();
  if (type.shape == Shape::kTensor) return Tensor(type);
  Value value;
  value.null = false;
  if (type.shape == Shape::kScalar) {
    WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
      value.As<T>() = Element<T>(type.base);
    });
    return value;
  }
  value.count = Below(5);
  value.elements = Elements(type.base, value.count);
  if (type.shape == Shape::kMap) value.keys = Elements(type.key, value.count);
  return value;
}

std::vector<Value> RandomRows::Row(const Schema& columns) {
  std::vector<Value> row;
  for (const Field& column : columns) row.push_back(Of(column.type));
  return row;
}

ScoreCode SetRow(RowEncoder& encoder, const std::vector<Value>& row) {
  for (std::uint32_t i = 0; i < row.size(); ++i) {
    const DataType& type = encoder.layout().columns()[i].type;
    const Value& value = row[i];
    const ElementsView elements(type.base, value.elements, value.count);
    if (value.null) {
      encoder.SetNull(i);
    } else if (type.shape == Shape::kScalar) {
      WithElementType(type.base,
                      [&]<typename T>(std::type_identity<T>) { encoder.Set(i, value.As<T>()); });
    } else if (type.shape == Shape::kList) {
      encoder.SetList(i, elements);
    } else if (type.shape == Shape::kMap) {
      encoder.SetMap(i, {{type.key, value.keys, value.count}, elements});
    } else {
      const std::size_t indices = value.sparse ? std::size_t{value.count} * value.rank : 0;
      encoder.SetTensor(i, {elements, value.sparse, {value.indices, indices}, value.Dimensions()});
    }
  }
  return encoder.fault().code;
}

namespace {

template <typename T>
std::string PrintElements(const void* elements, std::uint32_t count) {
  std::string text = "[";
  for (const T& element : std::span(static_cast<const T*>(elements), count)) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      text += fmt::format("'{}'({}) ", element, element.size());
    } else {
      text += fmt::format("{} ", element);
    }
  }
  return text + "]";
}

std::string PrintElements(BasicType base, const void* elements, std::uint32_t count) {
  return WithElementType(
      base, [&]<typename T>(std::type_identity<T>) { return PrintElements<T>(elements, count); });
}

}  // namespace

std::string Print(const DataType& type, const Value& value) {
  if (value.null) return "null";
  switch (type.shape) {
    case Shape::kScalar:
      return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
        const T scalar = value.As<T>();
        return PrintElements<T>(&scalar, 1);
      });
    case Shape::kList: return PrintElements(type.base, value.elements, value.count);
    case Shape::kMap:
      return PrintElements(type.key, value.keys, value.count) + "->" +
             PrintElements(type.base, value.elements, value.count);
    case Shape::kTensor: break;
  }
  const auto dimensions = value.Dimensions();
  std::string text = PrintElements(type.base, value.elements, value.count) + " of " +
                     PrintElements<std::int32_t>(dimensions.data(), value.rank);
  if (!value.sparse) return text;
  return text + " at " + PrintElements<std::int32_t>(value.indices, value.count * value.rank);
}

std::string Print(const Schema& columns, const std::vector<Value>& row) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += columns[i].name + "=" + Print(columns[i].type, row[i]) + "\n";
  }
  return text;
}

}  // namespace pillion
