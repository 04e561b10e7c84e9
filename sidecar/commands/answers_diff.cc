#include "sidecar/commands/answers_diff.h"

#include <algorithm>
#include <utility>

#include "sidecar/certificate/difference.h"
#include "sidecar/scoring/plan_scorer.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/cell_json_writer.h"
#include "sidecar/table/table.h"
#include "sidecar/table/table_file.h"

namespace pillion {
namespace {

Schema ColumnsOfBoth(const Model& a, const Model& b) {
  Schema columns;
  for (const Field& field : a.outputs()) {
    if (std::ranges::find(b.outputs(), field) != b.outputs().end()) columns.push_back(field);
  }
  return columns;
}

// The columns that the reader needs to know: where both have one, as the first has it.
Result<Schema> InputsOfBoth(RowScorer& a, RowScorer& b, const std::vector<std::string>& outputs) {
  Schema inputs;
  PILLION_ASSIGN(inputs, a.InputsFor(outputs));
  Schema more;
  PILLION_ASSIGN(more, b.InputsFor(outputs));
  for (Field& field : more) {
    if (std::ranges::find(inputs, field.name, &Field::name) == inputs.end()) {
      inputs.push_back(std::move(field));
    }
  }
  return inputs;
}

// The answer to the row that was pushed last, where there is one.
class LastAnswer final : public RowSink {
 public:
  Result<void> Begin(const TableHead&) override { return {}; }
  Result<void> Add(std::span<const Value> row) override {
    values_.assign(row.begin(), row.end());
    is_there_ = !refused_;
    return {};
  }
  Result<void> End() override { return {}; }

  void Forget() { is_there_ = refused_ = false; }
  void Refused() { refused_ = true; }
  bool is_there() const { return is_there_; }
  const Value& value(std::size_t column) const { return values_[column]; }

 private:
  std::vector<Value> values_;
  bool is_there_ = false;
  bool refused_ = false;
};

// Hands each row to both models and compares their answers before the next.
class Pair final : public RowSink {
 public:
  Pair(RowSink& rows_a, RowSink& rows_b, LastAnswer& a, LastAnswer& b, const Schema& columns,
       AnswersDiff& diff)
      : rows_a_(rows_a), rows_b_(rows_b), a_(a), b_(b), columns_(columns), diff_(diff) {}

  Result<void> Begin(const TableHead& head) override {
    PILLION_TRY(rows_a_.Begin(head));
    return rows_b_.Begin(head);
  }
  Result<void> Add(std::span<const Value> row) override {
    return Compare([&](RowSink& rows) { return rows.Add(row); });
  }
  Result<void> AddUnreadable(std::span<const Value> row, const Problem& problem,
                             std::string_view column) override {
    return Compare([&](RowSink& rows) { return rows.AddUnreadable(row, problem, column); });
  }
  Result<void> End() override {
    PILLION_TRY(rows_a_.End());
    return rows_b_.End();
  }

 private:
  Result<void> Compare(auto&& push) {
    a_.Forget();
    b_.Forget();
    PILLION_TRY(push(rows_a_));
    PILLION_TRY(rows_a_.Flush());
    PILLION_TRY(push(rows_b_));
    PILLION_TRY(rows_b_.Flush());
    ++diff_.row_count;
    if (a_.is_there() && b_.is_there()) {
      ++diff_.compared;
      for (std::size_t i = 0; i < columns_.size(); ++i) CompareColumn(i);
    } else if (a_.is_there()) {
      ++diff_.only_a;
    } else if (b_.is_there()) {
      ++diff_.only_b;
    }
    return {};
  }

  void CompareColumn(std::size_t i) {
    AnswersDiff::Column& column = diff_.columns[i];
    const DataType& type = columns_[i].type;
    const Difference difference = DifferenceOf(a_.value(i), b_.value(i), type);
    if (difference.ulps == 0) {
      ++column.equal;
      return;
    }
    const bool further = std::pair(difference.absolute, difference.ulps) >
                         std::pair(column.difference_most, column.ulps_most);
    column.ulps_most = std::max(column.ulps_most, difference.ulps);
    column.difference_most = std::max(column.difference_most, difference.absolute);
    if (column.furthest != 0 && !further) return;
    column.furthest = diff_.row_count;
    column.a = ShortCellJson(a_.value(i), type);
    column.b = ShortCellJson(b_.value(i), type);
  }

  RowSink& rows_a_;
  RowSink& rows_b_;
  LastAnswer& a_;
  LastAnswer& b_;
  const Schema& columns_;
  AnswersDiff& diff_;
};

}  // namespace

bool AnswersDiff::Equal() const {
  return only_a + only_b == 0 && std::ranges::all_of(columns, [this](const Column& column) {
           return column.equal == compared;
         });
}

Result<AnswersDiff> DiffAnswers(const std::shared_ptr<const Model>& a,
                                const std::shared_ptr<const Model>& b, const std::string& rows) {
  AnswersDiff diff;
  const Schema columns = ColumnsOfBoth(*a, *b);
  ScoreOptions options;
  options.select.emplace();
  options.keep_going = true;
  options.missing_as_null = true;
  for (const Field& field : columns) {
    options.select->push_back(field.name);
    diff.columns.push_back({field.name});
  }
  LastAnswer answer_a;
  LastAnswer answer_b;
  ScoreOptions options_b = options;
  options.report = [&](const BadRow&) { answer_a.Refused(); };
  options_b.report = [&](const BadRow&) { answer_b.Refused(); };
  TableFile file;
  PILLION_ASSIGN(file, OpenTable(rows));
  PlanScorer scorer_a(a);
  PlanScorer scorer_b(b);
  PILLION_ASSIGN(file.source.columns, InputsOfBoth(scorer_a, scorer_b, *options.select));
  file.source.other_columns.emplace();
  file.source.missing_as_null = options.missing_as_null;
  file.source.keep_going = options.keep_going;
  Arena arena(Table::kBytesMax);
  const auto push_both = [&](RowSink& rows_a) -> Result<void> {
    const auto push_b = [&](RowSink& rows_b) -> Result<void> {
      Pair pair(rows_a, rows_b, answer_a, answer_b, columns, diff);
      return ReadRows(file.source, *file.text, arena, pair);
    };
    PILLION_TRY(ScoreRows(scorer_b, file.source, push_b, options_b, answer_b));
    return {};
  };
  PILLION_TRY(ScoreRows(scorer_a, file.source, push_both, options, answer_a));
  return diff;
}

}  // namespace pillion
