#include "client/core/row_failure.h"

#include <utility>

#include "base/suggest.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/fault_detail.h"

namespace pillion {
namespace {

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  return quoted.append(name).append("\"");
}

std::string Place(const Failure& failure, const RowLayout& inputs) {
  std::string place;
  if (!failure.column_name.empty()) {
    place = "column " + Quoted(failure.column_name);
    if (failure.column >= 0) {
      const auto column = static_cast<std::size_t>(failure.column);
      place += " (" + Describe(inputs.columns()[column].type) + ")";
    }
  }
  if (failure.stage.empty()) return place;
  return place.append(place.empty() ? "stage " : ", stage ").append(failure.stage);
}

Failure Describe(ScoreCode code, const FaultDetail& fault, const RowLayout& inputs) {
  Failure failure{code, {}};
  failure.row = fault.place.row;
  failure.column_name = fault.column;
  if (fault.place.column >= 0 && static_cast<std::size_t>(fault.place.column) < inputs.size()) {
    failure.column = fault.place.column;
    failure.column_name = inputs.columns()[static_cast<std::size_t>(failure.column)].name;
  }
  failure.stage = fault.op;
  if (!fault.stage.empty()) {
    failure.stage.append(failure.stage.empty() ? "" : " ").append(fault.stage);
  }
  failure.text = Place(failure, inputs);
  failure.text.append(failure.text.empty() ? "" : ": ").append(Describe(code));
  return failure;
}

}  // namespace

Failure DescribeColumnFault(ScoreCode code, std::uint32_t column, const RowLayout& inputs) {
  return Describe(code, {{0, static_cast<std::int32_t>(column)}, {}, {}, {}}, inputs);
}

Failure DescribeRowFault(const RowEncoder& row, const std::string& unknown) {
  const RowEncoder::Fault& fault = row.fault();
  const RowLayout& inputs = row.layout();
  if (fault.code == ScoreCode::kOk) return {ScoreCode::kOk, {}};
  if (fault.column < inputs.size()) return DescribeColumnFault(fault.code, fault.column, inputs);
  Failure failure{fault.code, {}};
  failure.column_name = unknown;
  const std::string count = std::to_string(inputs.size()) + " columns";
  if (unknown.empty()) {
    failure.text = "no column has the index " + std::to_string(fault.column) + ": a row has " +
                   count + ", and a name that the model does not have gives no index";
  } else {
    failure.text = "no column of the model's " + count + " is named " + Quoted(unknown) +
                   DidYouMean(unknown, inputs.columns(), &Field::name);
  }
  return failure;
}

Failure DescribeAnswerFault(ScoreCode code, std::span<const std::byte> payload,
                            const RowLayout& inputs) {
  return Describe(code, DecodeFault(payload), inputs);
}

Failure DescribeBatchFault(std::span<const std::byte> payload, std::uint32_t row,
                           const RowLayout& inputs) {
  BatchAnswerDecoder answers;
  if (answers.Open(payload) != ScoreCode::kOk) {
    return {ScoreCode::kMalformed, "the answer is none to a batch"};
  }
  if (row >= answers.row_count()) {
    return {ScoreCode::kMalformed, "the batch has " + std::to_string(answers.row_count()) +
                                       " rows, and none with the index " + std::to_string(row)};
  }
  const ScoreCode code = answers.code(row);
  if (code == ScoreCode::kOk) return {code, {}};
  return Describe(code, answers.fault(row), inputs);
}

Failure DescribeTooLarge(const RowEncoder& row) {
  const auto longest = row.LongestColumn();
  FaultDetail fault;
  if (longest) fault.place.column = static_cast<std::int32_t>(longest->column);
  Failure failure = Describe(ScoreCode::kTooLarge, fault, row.layout());
  failure.text += ": the row has " + std::to_string(row.bytes().size()) + " bytes";
  if (longest) failure.text += ", this column " + std::to_string(longest->bytes);
  return failure;
}

}  // namespace pillion
