#include "schemas/types/score_code.h"

namespace pillion {
namespace {

struct Row {
  ScoreCode code;
  std::string_view name;
  std::string_view text;
};

constexpr Row kRows[] = {
    {ScoreCode::kOk, "kOk", "scored"},
    {ScoreCode::kSkipped, "kSkipped", "the row was removed by a stage that skips invalid rows"},
    {ScoreCode::kNullValue, "kNullValue", "null where a value is required"},
    {ScoreCode::kUnseenLabel, "kUnseenLabel", "a label that was not seen in training"},
    {ScoreCode::kInvalidValue, "kInvalidValue", "a value that the stage does not accept"},
    {ScoreCode::kWrongSize, "kWrongSize", "a vector of another length than the model needs"},
    {ScoreCode::kBadIndex, "kBadIndex", "sparse indices that are unsorted, repeated or too large"},
    {ScoreCode::kIndexOutOfBounds, "kIndexOutOfBounds",
     "the stage needs an element that the vector does not have"},
    {ScoreCode::kBadNumber, "kBadNumber", "text that is not a number"},
    {ScoreCode::kWrongType, "kWrongType", "a value of another type than the column's"},
    {ScoreCode::kTooLarge, "kTooLarge", "the row, or what a stage makes of it, is too large"},
    {ScoreCode::kBadShape, "kBadShape", "dimensions that do not fit the values"},
    {ScoreCode::kBadText, "kBadText", "text that is not UTF-8"},
    {ScoreCode::kTooCostly, "kTooCostly", "the row asks for more work than one row may"},
    {ScoreCode::kMalformed, "kMalformed", "bytes that are not a valid row or message"},
    {ScoreCode::kUnknownModel, "kUnknownModel", "no model of that name is served"},
    {ScoreCode::kUnknownLayout, "kUnknownLayout", "a row layout that was not bound"},
    {ScoreCode::kSchemaChanged, "kSchemaChanged", "the model's schema changed: bind again"},
    {ScoreCode::kUnknownColumn, "kUnknownColumn", "the model has no column of that name"},
    {ScoreCode::kUnsupported, "kUnsupported", "the server does not support this"},
    {ScoreCode::kRefused, "kRefused", "the server refused the client"},
    {ScoreCode::kWrongModel, "kWrongModel", "a row or an answer of a binding with other columns"},
    {ScoreCode::kBusy, "kBusy", "no free slot: nothing was accepted"},
    {ScoreCode::kDeadline, "kDeadline", "the deadline passed"},
    {ScoreCode::kDraining, "kDraining", "the server is stopping"},
    {ScoreCode::kServerGone, "kServerGone", "the connection to the server ended"},
    {ScoreCode::kForked, "kForked", "the client was opened by another process, before a fork"},
    {ScoreCode::kNoMemory, "kNoMemory", "the server has no memory for this now"},
    {ScoreCode::kInternal, "kInternal", "an error inside Pillion"},
};

const Row* Find(ScoreCode code) noexcept {
  for (const Row& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view Name(ScoreCode code) noexcept {
  const Row* row = Find(code);
  return row != nullptr ? row->name : "?";
}

std::string_view Describe(ScoreCode code) noexcept {
  const Row* row = Find(code);
  return row != nullptr ? row->text : "an unknown code";
}

}  // namespace pillion
