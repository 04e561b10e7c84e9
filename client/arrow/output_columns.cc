#include "client/arrow/output_columns.h"

#include <string>
#include <utility>

#include "schemas/types/tensor_shape.h"

namespace pillion {
namespace {

// Of one value, as many as a row that comes in may have bytes: a sparse one tells its size itself.
constexpr std::int64_t kElementsMax = 64 << 20;
constexpr const char* kCodes = "pillion_code";

template <typename T>
ScoreCode AppendInteger(std::int64_t value, OutputArray* array) {
  const auto number = static_cast<T>(value);
  array->AppendNumbers(&number, sizeof number, 1);
  return ScoreCode::kOk;
}

ScoreCode AppendReal(const AnswerDecoder& decoder, std::uint32_t column, OutputArray* array) {
  double value = 0;
  const ScoreCode code = decoder.Get(column, &value);
  if (code != ScoreCode::kOk) return code;
  if (array->base() == BasicType::kDouble) {
    array->AppendNumbers(&value, sizeof value, 1);
  } else {
    const auto single = static_cast<float>(value);
    array->AppendNumbers(&single, sizeof single, 1);
  }
  return code;
}

ScoreCode AppendScalar(AnswerDecoder* decoder, std::uint32_t column, OutputArray* array) {
  const BasicType base = array->base();
  ScoreCode code = ScoreCode::kOk;
  if (base == BasicType::kBoolean) {
    bool value = false;
    code = decoder->Get(column, &value);
    if (code == ScoreCode::kOk) array->AppendBoolean(value);
    return code;
  }
  if (IsText(base)) {
    std::string_view text;
    code = decoder->Get(column, &text);
    if (code != ScoreCode::kOk) return code;
    return array->AppendText(text) ? code : ScoreCode::kTooLarge;
  }
  if (base == BasicType::kDouble || base == BasicType::kFloat) {
    return AppendReal(*decoder, column, array);
  }
  std::int64_t value = 0;
  code = decoder->Get(column, &value);
  if (code != ScoreCode::kOk) return code;
  switch (base) {
    case BasicType::kByte: return AppendInteger<std::int8_t>(value, array);
    case BasicType::kShort: return AppendInteger<std::int16_t>(value, array);
    case BasicType::kInt: return AppendInteger<std::int32_t>(value, array);
    default: return AppendInteger<std::int64_t>(value, array);
  }
}

// The elements of a list or tensor, wherever they are held.
struct Elements {
  ElementsView numbers;
  TextList texts;

  std::uint32_t count(BasicType base) const { return IsText(base) ? texts.size() : numbers.count; }

  // Elements [begin, end).
  ScoreCode AppendTo(OutputArray* array, std::uint32_t begin, std::uint32_t end) {
    if (IsText(array->base())) return AppendTexts(array, begin, end);
    const std::size_t bytes = ElementBytes(array->base());
    if (array->base() == BasicType::kBoolean) {
      const auto values = numbers.As<bool>();
      for (std::uint32_t i = begin; i < end; ++i) array->AppendBoolean(values[i]);
    } else if (begin < end) {
      array->AppendNumbers(static_cast<const std::byte*>(numbers.data) + begin * bytes, bytes,
                           std::int64_t{end} - begin);
    }
    return ScoreCode::kOk;
  }

 private:
  ScoreCode AppendTexts(OutputArray* array, std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i < end; ++i) {
      std::string_view text;
      if (texts.Get(i, &text) != ScoreCode::kOk) return ScoreCode::kMalformed;
      if (!array->AppendText(text)) return ScoreCode::kTooLarge;
    }
    return ScoreCode::kOk;
  }
};

// In the order of rows, zeros between.
ScoreCode AppendSparse(const TensorView& tensor, Elements elements, OutputArray* array) {
  std::int64_t total = 1;
  for (const std::int32_t n : tensor.dimensions) {
    if (__builtin_mul_overflow(total, std::int64_t{n}, &total)) return ScoreCode::kTooLarge;
  }
  if (total > kElementsMax) return ScoreCode::kTooLarge;
  const std::size_t rank = tensor.dimensions.size();
  const std::uint32_t count = elements.count(array->base());
  std::int64_t done = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < rank; ++d) {
      at = at * tensor.dimensions[d] + tensor.indices[i * rank + d];
    }
    array->AppendZeros(at - done);
    const ScoreCode code = elements.AppendTo(array, i, i + 1);
    if (code != ScoreCode::kOk) return code;
    done = at + 1;
  }
  array->AppendZeros(total - done);
  return ScoreCode::kOk;
}

ScoreCode AppendElements(AnswerDecoder* decoder, std::uint32_t column, OutputArray* lists) {
  const DataType& type = decoder->layout().columns()[column].type;
  Elements elements;
  TensorView tensor;
  ScoreCode code = ScoreCode::kOk;
  if (type.shape == Shape::kTensor) code = decoder->GetTensor(column, &tensor);
  if (code != ScoreCode::kOk) return code;
  elements.numbers = tensor.values;
  if (IsText(type.base)) {
    code = decoder->GetTextList(column, &elements.texts);
  } else if (type.shape == Shape::kList) {
    code = decoder->GetList(column, &elements.numbers);
  }
  if (code != ScoreCode::kOk) return code;
  OutputArray& array = lists->elements();
  code = tensor.sparse ? AppendSparse(tensor, elements, &array)
                       : elements.AppendTo(&array, 0, elements.count(type.base));
  if (code != ScoreCode::kOk) return code;
  return lists->CloseList() ? code : ScoreCode::kTooLarge;
}

}  // namespace

tl::expected<OutputColumns, Failure> OutputColumns::Make(const RowLayout& layout, bool with_codes) {
  OutputColumns columns;
  columns.with_codes_ = with_codes;
  for (const Field& field : layout.columns()) {
    if (field.type.shape == Shape::kMap) {
      return tl::unexpected(Failure{ScoreCode::kUnsupported,
                                    "the output \"" + field.name + "\" (" + Describe(field.type) +
                                        ") cannot be given as Arrow: bind other outputs"});
    }
    const bool list = field.type.shape != Shape::kScalar;
    columns.fields_.push_back({field.name, ArrowFormatOf(field.type.base), list, true});
    columns.arrays_.push_back(list ? OutputArray::ListsOf(field.type.base)
                                   : OutputArray(field.type.base));
  }
  return columns;
}

tl::expected<void, Failure> OutputColumns::Append(AnswerDecoder* decoder) {
  for (std::uint32_t column = 0; column < arrays_.size(); ++column) {
    OutputArray* const array = &arrays_[column];
    if (decoder->IsNull(column)) {
      array->AppendNull();
      continue;
    }
    const ScoreCode code = array->is_list() ? AppendElements(decoder, column, array)
                                            : AppendScalar(decoder, column, array);
    if (code == ScoreCode::kOk) continue;
    const bool too_large = code == ScoreCode::kTooLarge;
    return tl::unexpected(
        Failure{too_large ? code : ScoreCode::kMalformed,
                "the output \"" + fields_[column].name + "\"" +
                    (too_large ? " is more than an array holds: give fewer rows at a time"
                               : " cannot be read: " + std::string(Describe(code)))});
  }
  codes_.push_back(static_cast<std::uint8_t>(ScoreCode::kOk));
  return {};
}

void OutputColumns::AppendFailure(ScoreCode code) {
  for (OutputArray& array : arrays_) array.AppendNull();
  codes_.push_back(static_cast<std::uint8_t>(code));
}

void OutputColumns::Give(ArrowSchema* schema, ArrowArray* array) && {
  if (with_codes_) {
    OutputArray codes(BasicType::kByte);
    codes.AppendNumbers(codes_.data(), 1, row_count());
    arrays_.push_back(std::move(codes));
    fields_.push_back({kCodes, "C", false, false});
  }
  struct Released {
    ~Released() {
      if (array.release != nullptr) array.release(&array);
    }
    ArrowArray array{};
  } made;
  GiveStruct(std::move(arrays_), row_count(), &made.array);
  if (schema != nullptr) GiveStructSchema(fields_, schema);
  *array = std::exchange(made.array, {});
}

}  // namespace pillion
