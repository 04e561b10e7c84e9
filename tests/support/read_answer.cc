#include "tests/support/read_answer.h"

#include <deque>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tests/support/wire_rows.h"

namespace pillion {
namespace {

// Memory for what a client copies out of an answer.
struct Copies {
  std::deque<std::vector<std::string_view>> texts;
  std::deque<std::vector<std::uint64_t>> entries;
};

ScoreCode ReadTexts(AnswerDecoder& decoder, std::uint32_t column, Copies& copies, Value* value) {
  TextList list;
  ScoreCode code = decoder.GetTextList(column, &list);
  if (code != ScoreCode::kOk) return code;
  auto& views = copies.texts.emplace_back(list.size());
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    code = list.Get(i, &views[i]);
    if (code != ScoreCode::kOk) return code;
  }
  value->count = list.size();
  value->elements = views.data();
  return ScoreCode::kOk;
}

ScoreCode ReadMap(AnswerDecoder& decoder, std::uint32_t column, Copies& copies, Value* value) {
  const DataType& type = decoder.layout().columns()[column].type;
  ScoreCode code = decoder.GetMapSize(column, &value->count);
  if (code != ScoreCode::kOk) return code;
  return WithElementType(type.key, [&]<typename Key>(std::type_identity<Key>) {
    return WithElementType(type.base, [&]<typename Mapped>(std::type_identity<Mapped>) {
      auto* const keys =
          reinterpret_cast<Key*>(copies.entries.emplace_back(2 * value->count + 2).data());
      auto* const mapped =
          reinterpret_cast<Mapped*>(copies.entries.emplace_back(2 * value->count + 2).data());
      value->keys = keys;
      value->elements = mapped;
      for (std::uint32_t i = 0; i < value->count; ++i) {
        code = decoder.GetMapEntry(column, i, &keys[i], &mapped[i]);
        if (code != ScoreCode::kOk) return code;
      }
      return ScoreCode::kOk;
    });
  });
}

ScoreCode ReadTensor(AnswerDecoder& decoder, std::uint32_t column, Copies& copies, Value* value) {
  TensorView tensor;
  const ScoreCode code = decoder.GetTensor(column, &tensor);
  if (code != ScoreCode::kOk) return code;
  value->sparse = tensor.sparse;
  value->rank = static_cast<std::uint8_t>(tensor.dimensions.size());
  if (value->rank == 1) value->size = tensor.dimensions[0];
  value->dimensions = tensor.dimensions.data();
  value->count = tensor.values.count;
  value->elements = tensor.values.data;
  if (tensor.sparse) value->indices = tensor.indices.data();
  return IsText(tensor.values.base) ? ReadTexts(decoder, column, copies, value) : code;
}

// All that a client can ask of a column.
ScoreCode ReadColumn(AnswerDecoder& decoder, std::uint32_t column, Copies& copies, Value* value) {
  const DataType& type = decoder.layout().columns()[column].type;
  *value = Value::Null();
  if (decoder.IsNull(column)) return ScoreCode::kOk;
  value->null = false;
  if (type.shape == Shape::kMap) return ReadMap(decoder, column, copies, value);
  if (type.shape == Shape::kTensor) return ReadTensor(decoder, column, copies, value);
  if (type.shape == Shape::kList) {
    if (IsText(type.base)) return ReadTexts(decoder, column, copies, value);
    ElementsView elements;
    const ScoreCode code = decoder.GetList(column, &elements);
    value->count = elements.count;
    value->elements = elements.data;
    return code;
  }
  if (type.base == BasicType::kBoolean) return decoder.Get(column, &value->boolean);
  if (IsText(type.base)) return decoder.Get(column, &value->text);
  if (type.base == BasicType::kDouble) return decoder.Get(column, &value->float64);
  if (type.base == BasicType::kFloat) {
    double number = 0;
    const ScoreCode code = decoder.Get(column, &number);
    value->float32 = static_cast<float>(number);
    return code;
  }
  std::int64_t integer = 0;
  const ScoreCode code = decoder.Get(column, &integer);
  value->bits = static_cast<std::uint64_t>(integer);
  return code;
}

}  // namespace

std::string ReadAnswer(AnswerDecoder& decoder) {
  Copies copies;
  const Schema& columns = decoder.layout().columns();
  std::string text;
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    Value value;
    const ScoreCode code = ReadColumn(decoder, i, copies, &value);
    if (code == ScoreCode::kOk) {
      text += columns[i].name + "=" + Print(columns[i].type, value) + "\n";
    } else {
      text += columns[i].name + ": " + std::string(Name(code)) + "\n";
    }
  }
  return text;
}

}  // namespace pillion
