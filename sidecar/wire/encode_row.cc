#include "sidecar/wire/encode_row.h"

#include <type_traits>

namespace pillion {
namespace {

ScoreCode SetScalar(std::uint32_t column, BasicType base, const Value& value,
                    RowEncoder& row) noexcept {
  return WithElementType(base, [&](auto type) {
    using T = typename decltype(type)::type;
    return row.Set(column, value.As<T>());
  });
}

ScoreCode SetTensor(std::uint32_t column, BasicType base, const Value& value,
                    RowEncoder& row) noexcept {
  TensorView tensor;
  tensor.values = {base, value.elements, value.count};
  tensor.sparse = value.sparse;
  tensor.dimensions = value.Dimensions();
  if (value.sparse) tensor.indices = {value.indices, std::size_t{value.count} * value.rank};
  return row.SetTensor(column, tensor);
}

ScoreCode SetColumn(std::uint32_t column, const DataType& type, const Value& value,
                    RowEncoder& row) noexcept {
  if (value.null) return row.SetNull(column);
  switch (type.shape) {
    case Shape::kScalar: return SetScalar(column, type.base, value, row);
    case Shape::kList: return row.SetList(column, {type.base, value.elements, value.count});
    case Shape::kTensor: return SetTensor(column, type.base, value, row);
    case Shape::kMap: break;
  }
  return row.SetMap(
      column, {{type.key, value.keys, value.count}, {type.base, value.elements, value.count}});
}

}  // namespace

ScoreCode EncodeRow(std::span<const Value> values, RowEncoder& row) noexcept {
  row.Clear();
  const Schema& columns = row.layout().columns();
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    const ScoreCode code = SetColumn(i, columns[i].type, values[i], row);
    if (code != ScoreCode::kOk) return code;
  }
  return ScoreCode::kOk;
}

}  // namespace pillion
