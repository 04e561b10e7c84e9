// The C interface: rows and answers.
#include <algorithm>
#include <string_view>
#include <type_traits>

#include "client/c_api/handles.h"

using pillion::ElementsView;
using pillion::ScoreCode;
using pillion::ToC;

namespace pillion {
namespace {

std::uint32_t Count(std::size_t count) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(count, 0xffffffff));
}

// Calls `use` with the values as a span of their C++ type, if they are numbers.
template <typename Use>
bool WithNumbers(const ElementsView& values, Use use) {
  switch (values.base) {
    case BasicType::kByte: use(values.As<std::int8_t>()); return true;
    case BasicType::kShort: use(values.As<std::int16_t>()); return true;
    case BasicType::kInt: use(values.As<std::int32_t>()); return true;
    case BasicType::kFloat: use(values.As<float>()); return true;
    case BasicType::kDouble: use(values.As<double>()); return true;
    default:  // a long may not fit a double
      return false;
  }
}

// Writes a tensor of rank 1, or a list, as doubles.
struct VectorOut {
  double* values;
  std::size_t capacity;
  std::size_t* count;

  ScoreCode Dense(const ElementsView& from) const {
    *count = from.count;
    const bool numbers = WithNumbers(from, [this](auto span) {
      std::copy_n(span.begin(), std::min(span.size(), capacity), values);
    });
    return numbers ? ScoreCode::kOk : ScoreCode::kWrongType;
  }

  ScoreCode Sparse(const TensorView& from) const {
    *count = static_cast<std::size_t>(from.dimensions[0]);
    std::fill_n(values, std::min(*count, capacity), 0.0);
    const bool numbers = WithNumbers(from.values, [this, &from](auto span) {
      for (std::size_t i = 0; i < span.size(); ++i) {
        const auto at = static_cast<std::size_t>(from.indices[i]);
        if (at < capacity) values[at] = static_cast<double>(span[i]);
      }
    });
    return numbers ? ScoreCode::kOk : ScoreCode::kWrongType;
  }
};

ScoreCode GetVector(AnswerDecoder* decoder, std::uint32_t column, const VectorOut& out) {
  if (column >= decoder->layout().size()) return ScoreCode::kUnknownColumn;
  if (decoder->layout().columns()[column].type.shape == Shape::kList) {
    ElementsView elements;
    const ScoreCode code = decoder->GetList(column, &elements);
    return code == ScoreCode::kOk ? out.Dense(elements) : code;
  }
  TensorView tensor;
  const ScoreCode code = decoder->GetTensor(column, &tensor);
  if (code != ScoreCode::kOk) return code;
  if (!tensor.sparse) return out.Dense(tensor.values);
  return tensor.dimensions.size() == 1 ? out.Sparse(tensor) : ScoreCode::kBadShape;
}

}  // namespace
}  // namespace pillion

extern "C" {

pillion_row* pillion_row_new(const pillion_model* model) {
  pillion_row* row = nullptr;
  pillion::Guarded(nullptr, [&]() -> pillion_code {
    row = new pillion_row(model->bound().shared_from_this());
    return PILLION_OK;
  });
  return row;
}

void pillion_row_free(pillion_row* row) { delete row; }
void pillion_row_clear(pillion_row* row) {
  row->encoder.Clear();
  row->unknown.clear();
}

uint32_t pillion_row_column(pillion_row* row, const char* name) {
  if (const auto column = row->encoder.layout().Find(name)) return *column;
  const bool first = row->encoder.fault().code == ScoreCode::kOk;
  row->encoder.SetNull(UINT32_MAX);
  if (first) {
    pillion::Guarded(nullptr, [&]() -> pillion_code {
      row->unknown = name;
      return PILLION_OK;
    });
  }
  return UINT32_MAX;
}

pillion_code pillion_set_null(pillion_row* row, uint32_t column) {
  return ToC(row->encoder.SetNull(column));
}
pillion_code pillion_set_bool(pillion_row* row, uint32_t column, int value) {
  return ToC(row->encoder.SetBoolean(column, value != 0));
}
pillion_code pillion_set_long(pillion_row* row, uint32_t column, int64_t value) {
  return ToC(row->encoder.SetLong(column, value));
}
pillion_code pillion_set_double(pillion_row* row, uint32_t column, double value) {
  return ToC(row->encoder.SetDouble(column, value));
}
pillion_code pillion_set_doubles(pillion_row* row, const uint32_t* columns, const double* values,
                                 size_t count) {
  ScoreCode first = ScoreCode::kOk;
  for (std::size_t i = 0; i < count; ++i) {
    const ScoreCode code = row->encoder.SetDouble(columns[i], values[i]);
    if (first == ScoreCode::kOk) first = code;
  }
  return ToC(first);
}
pillion_code pillion_set_text(pillion_row* row, uint32_t column, const char* text, size_t bytes) {
  return ToC(row->encoder.SetText(column, {text, bytes}));
}
pillion_code pillion_set_vector(pillion_row* row, uint32_t column, const double* values,
                                size_t count) {
  const std::span<const double> span(values, count);
  const auto& layout = row->encoder.layout();
  const bool list =
      column < layout.size() && layout.columns()[column].type.shape == pillion::Shape::kList;
  return ToC(list ? row->encoder.SetList(column, ElementsView(span))
                  : row->encoder.SetVector(column, span));
}
pillion_code pillion_set_sparse(pillion_row* row, uint32_t column, const int32_t* indices,
                                const double* values, size_t count, int32_t size) {
  return ToC(row->encoder.SetSparse(column, std::span<const std::int32_t>(indices, count),
                                    std::span<const double>(values, count), size));
}
pillion_code pillion_set_texts(pillion_row* row, uint32_t column, const char* const* texts,
                               size_t count) {
  return pillion::Guarded(nullptr, [&]() -> pillion_code {
    const std::vector<std::string_view> views(texts, texts + count);
    return ToC(row->encoder.SetList(
        column, {pillion::BasicType::kString, views.data(), pillion::Count(count)}));
  });
}
const char* pillion_row_fault(pillion_row* row) {
  pillion::Guarded(nullptr, [&]() -> pillion_code {
    row->fault = row->Fault().text;
    return PILLION_OK;
  });
  return row->fault.c_str();
}
pillion_code pillion_row_error(const pillion_row* row, pillion_error* error) {
  return pillion::Guarded(error, [&] { return pillion::SetError(error, row->Fault()); });
}
const void* pillion_row_bytes(const pillion_row* row, size_t* bytes) {
  const auto span = row->encoder.bytes();
  *bytes = span.size();
  return span.data();
}

pillion_answer* pillion_answer_new(const pillion_model* model) {
  pillion_answer* answer = nullptr;
  pillion::Guarded(nullptr, [&]() -> pillion_code {
    answer = new pillion_answer(model->bound().shared_from_this());
    return PILLION_OK;
  });
  return answer;
}

void pillion_answer_free(pillion_answer* answer) { delete answer; }
pillion_code pillion_answer_code(const pillion_answer* answer) {
  return ToC(answer->buffer.head.code);
}
pillion_code pillion_answer_error(const pillion_answer* answer, pillion_error* error) {
  return pillion::Guarded(error, [&] { return pillion::SetError(error, answer->Failure()); });
}
int32_t pillion_answer_column(const pillion_answer* answer) {
  std::int32_t column = -1;
  pillion::Guarded(nullptr, [&]() -> pillion_code {
    column = answer->Failure().column;
    return PILLION_OK;
  });
  return column;
}
const char* pillion_answer_stage(pillion_answer* answer) {
  pillion::Guarded(nullptr, [&]() -> pillion_code {
    answer->stage = answer->Failure().stage;
    return PILLION_OK;
  });
  return answer->stage.c_str();
}
pillion_code pillion_answer_row_error(const pillion_answer* answer, uint32_t row,
                                      pillion_error* error) {
  return pillion::Guarded(error, [&] {
    if (answer->buffer.head.code != ScoreCode::kOk) {
      return pillion::SetError(error, answer->Failure());
    }
    return pillion::SetError(
        error, pillion::DescribeBatchFault(answer->buffer.bytes(), row, *answer->bound->rows()));
  });
}
uint32_t pillion_answer_version(const pillion_answer* answer) {
  return answer->buffer.head.model_version;
}
int pillion_is_null(const pillion_answer* answer, uint32_t column) {
  return answer->decoder.IsNull(column) ? 1 : 0;
}
pillion_code pillion_get_bool(const pillion_answer* answer, uint32_t column, int* value) {
  bool got = false;
  const ScoreCode code = answer->decoder.Get(column, &got);
  if (code == ScoreCode::kOk) *value = got ? 1 : 0;
  return ToC(code);
}
pillion_code pillion_get_long(const pillion_answer* answer, uint32_t column, int64_t* value) {
  std::int64_t got = 0;
  const ScoreCode code = answer->decoder.Get(column, &got);
  if (code == ScoreCode::kOk) *value = got;
  return ToC(code);
}
pillion_code pillion_get_double(const pillion_answer* answer, uint32_t column, double* value) {
  return ToC(answer->decoder.Get(column, value));
}
pillion_code pillion_get_text(pillion_answer* answer, uint32_t column, const char** text,
                              size_t* bytes) {
  std::string_view got;
  const ScoreCode code = answer->decoder.Get(column, &got);
  if (code != ScoreCode::kOk) return ToC(code);
  *text = got.data();
  *bytes = got.size();
  return PILLION_OK;
}
pillion_code pillion_get_vector(pillion_answer* answer, uint32_t column, double* values,
                                size_t capacity, size_t* count) {
  return ToC(pillion::GetVector(&answer->decoder, column, {values, capacity, count}));
}
const void* pillion_answer_bytes(const pillion_answer* answer, size_t* bytes) {
  const auto span = answer->buffer.bytes();
  *bytes = span.size();
  return span.data();
}

}  // extern "C"
