#include "sidecar/scoring/score_table.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "base/quote.h"
#include "base/suggest.h"
#include "schemas/rows/column_index.h"
#include "sidecar/scoring/missing_columns.h"
#include "sidecar/scoring/row_caster.h"

namespace pillion {
namespace {

using Names = std::vector<std::string>;

// Rows wait for their batch within this, and one more row.
constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20;
constexpr std::size_t kArenaBytesMax = kRowBytesMax + 2 * kBatchBytesMax;
constexpr std::uint64_t kProgressRows = 4096;

// A column of the answers: of the table or of the scorer.
struct Source {
  bool given = false;
  std::size_t place = 0;
};

class ScoringSink final : public RowSink {
 public:
  ScoringSink(RowScorer& scorer, const TableSource& source, const ScoreOptions& options,
              Arena& arena, RowSink& answers)
      : scorer_(scorer), source_(source), options_(options), arena_(arena), answers_(answers) {}

  Result<void> Begin(const TableHead& head) override {
    head_ = head;
    given_ = ColumnIndex(head_.columns);
    made_ = ColumnIndex(scorer_.model_outputs());
    const Names computed = Computed();
    Schema given;
    PILLION_ASSIGN(given, Given(computed));
    PILLION_TRY(scorer_.Bind(given, computed));
    for (const std::string& note : scorer_.notes()) Note(note);
    batches_.resize(scorer_.batches_max());
    PILLION_ASSIGN(caster_, RowCaster::Make(source_.name, head_.columns, given_, scorer_.inputs()));
    TableHead answer_head;
    PILLION_ASSIGN(answer_head, MakeAnswerHead());
    return answers_.Begin(answer_head);
  }

  Result<void> Add(std::span<const Value> row) override {
    Batch& batch = BeginRow(row);
    BatchRow& last = batch.rows.back();
    last.bad = caster_->Cast(row, last.number, arena_, batch.inputs);
    if (!last.bad) last.scored = batch.scored_count++;
    return StartIfFull(batch);
  }

  Result<void> AddUnreadable(std::span<const Value> row, const Problem& problem,
                             std::string_view column) override {
    Batch& batch = BeginRow(row);
    BatchRow& last = batch.rows.back();
    last.bad = BadRow{last.number, ScoreCode::kMalformed, std::string(column), problem};
    return StartIfFull(batch);
  }

  Result<void> Flush() override {
    PILLION_TRY(Drain());
    return answers_.Flush();
  }

  Result<void> End() override {
    PILLION_TRY(Drain());
    for (const auto& [stage, count] : skipped_) {
      Note(std::to_string(count) + " of " + std::to_string(summary_.row_count) +
           " rows were left out by " + stage);
    }
    return answers_.End();
  }

  const ScoreSummary& summary() const { return summary_; }

 private:
  struct BatchRow {
    std::uint64_t number = 0;
    std::optional<BadRow> bad;  // why it is not scored
    std::size_t scored = 0;     // which of the scored ones it is
  };
  // Rows that are scored together, and the memory that their values view.
  struct Batch {
    std::vector<BatchRow> rows;
    std::vector<Value> values;  // [row][column of the table]
    std::vector<Value> inputs;  // [scored][input]
    std::size_t scored_count = 0;
    std::size_t bytes = 0;  // about
    Arena arena{kArenaBytesMax};
  };

  void Note(const std::string& text) const {
    if (options_.note) options_.note(source_.name + ": " + text);
  }

  bool IsMade(std::string_view name) const {
    return made_.Find(scorer_.model_outputs(), name).has_value();
  }

  // The columns wanted that the scorer makes.
  Names Computed() const {
    std::unordered_set<std::string_view> wanted;
    if (options_.select) wanted.insert(options_.select->begin(), options_.select->end());
    Names computed;
    for (const Field& field : scorer_.model_outputs()) {
      if (!options_.select || wanted.contains(field.name)) computed.push_back(field.name);
    }
    return computed;
  }

  // The table's columns that may go into the model. A column that the model makes is the model's.
  Result<Schema> Given(const Names& computed) {
    Schema given;
    for (std::size_t i = 0; i < head_.columns.size(); ++i) {
      const Field& field = head_.columns[i];
      if (IsMade(field.name)) {
        Note("column " + Quote(field.name) + " is also made by the model, whose own counts");
      } else if (!head_.IsRawJson(i)) {
        given.push_back(field);
      }
    }
    Schema missing;
    PILLION_ASSIGN(missing, scorer_.MissingInputs(given, computed));
    Schema refused;
    for (const Field& field : missing) {
      if (options_.missing_as_null && field.type.nullable) {
        Note("column " + Quote(field.name) + " is absent in every row and was read as null");
        given.push_back(field);
      } else {
        refused.push_back(field);
      }
    }
    if (refused.empty()) return given;
    std::vector<Problem> problems =
        MissingColumns(refused, head_, source_, options_.missing_as_null);
    problems.back().what += WithoutMissing(given);
    return tl::unexpected(LoadError(std::move(problems)));
  }

  // "; without it there can be had: --select prediction". The later columns are the likely ones.
  std::string WithoutMissing(const Schema& given) const {
    constexpr std::size_t kTriedMax = 32;
    if (source_.option_names.select.empty()) return "";
    const Schema& outputs = scorer_.model_outputs();
    std::string names;
    for (std::size_t i = outputs.size() - std::min(outputs.size(), kTriedMax); i < outputs.size();
         ++i) {
      const Result<Schema> missing = scorer_.MissingInputs(given, {outputs[i].name});
      if (missing && missing->empty())
        names.append(names.empty() ? "" : ",").append(outputs[i].name);
    }
    if (names.empty()) return "";
    return "; without it there can be had: " + std::string(source_.option_names.select) + names;
  }

  Result<TableHead> MakeAnswerHead() {
    TableHead head;
    const auto add_given = [&](std::size_t place) {
      head.columns.push_back(head_.columns[place]);
      if (options_.keep_going) head.columns.back().type.nullable = true;
      head.raw_json.push_back(head_.IsRawJson(place));
      sources_.push_back({true, place});
    };
    const auto add_made = [&](std::size_t place) {
      head.columns.push_back(scorer_.outputs()[place]);
      if (options_.keep_going) head.columns.back().type.nullable = true;
      head.raw_json.push_back(false);
      sources_.push_back({false, place});
    };
    if (!options_.select) {
      for (std::size_t i = 0; i < head_.columns.size(); ++i) {
        if (!IsMade(head_.columns[i].name)) add_given(i);
      }
      for (std::size_t i = 0; i < scorer_.outputs().size(); ++i) add_made(i);
      return head;
    }
    const ColumnIndex outputs(scorer_.outputs());
    for (const std::string& name : *options_.select) {
      const std::optional<std::uint32_t> made = outputs.Find(scorer_.outputs(), name);
      const std::optional<std::uint32_t> given = given_.Find(head_.columns, name);
      if (!made && !given) return Unknown(name);
      made ? add_made(*made) : add_given(*given);
    }
    return head;
  }

  tl::unexpected<LoadError> Unknown(const std::string& name) const {
    std::vector<std::string_view> made;
    for (const Field& field : scorer_.model_outputs()) made.emplace_back(field.name);
    std::vector<std::string_view> all = ColumnNames(head_);
    all.insert(all.end(), made.begin(), made.end());
    std::string meant = DidYouMean(name, all);
    if (meant.empty()) {
      meant = "; the model makes " + QuotedNames(made) + ", the input has " +
              QuotedNames(ColumnNames(head_));
    }
    return Fail(LoadCode::kBadSchema, source_.name,
                "the column " + Quote(name) + " is wanted, but nothing makes it" + meant);
  }

  Batch& Behind(std::size_t count) { return batches_[(oldest_ + count) % batches_.size()]; }

  Batch& BeginRow(std::span<const Value> row) {
    ++summary_.row_count;
    if (options_.progress && summary_.row_count % kProgressRows == 0) {
      options_.progress(summary_.row_count);
    }
    Batch& batch = Behind(under_way_);
    batch.rows.push_back({summary_.row_count, std::nullopt, 0});
    batch.values.insert(batch.values.end(), row.begin(), row.end());
    for (std::size_t i = 0; i < row.size() && scorer_.batch_rows() > 1; ++i) {
      const DataType& type = head_.columns[i].type;
      const bool is_text = type.shape == Shape::kScalar && IsText(type.base);
      batch.bytes += is_text ? row[i].text.size() : row[i].count * sizeof(std::string_view);
    }
    return batch;
  }

  Result<void> StartIfFull(Batch& batch) {
    const bool full = batch.rows.size() >= scorer_.batch_rows() || batch.bytes >= kBatchBytesMax;
    return full ? Start(batch) : Result<void>();
  }

  // Its values are in the reader's arena, which it takes along.
  Result<void> Start(Batch& batch) {
    if (batch.scored_count > 0) PILLION_TRY(scorer_.Start(batch.inputs, batch.scored_count));
    std::swap(arena_, batch.arena);
    return ++under_way_ < batches_.size() ? Result<void>() : FinishOldest();
  }

  Result<void> FinishOldest() {
    Batch& batch = Behind(0);
    if (batch.scored_count > 0) PILLION_TRY(scorer_.Wait());
    const std::size_t width = head_.columns.size();
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      PILLION_TRY(Answer(batch.rows[i], std::span(batch.values).subspan(i * width, width)));
    }
    batch.rows.clear();
    batch.values.clear();
    batch.inputs.clear();
    batch.scored_count = 0;
    batch.bytes = 0;
    batch.arena.Reset();
    oldest_ = (oldest_ + 1) % batches_.size();
    --under_way_;
    return {};
  }

  Result<void> Drain() {
    Batch& filling = Behind(under_way_);
    if (!filling.rows.empty()) PILLION_TRY(Start(filling));
    while (under_way_ > 0) PILLION_TRY(FinishOldest());
    return {};
  }

  Result<void> Answer(BatchRow& given, std::span<const Value> row) {
    std::span<const Value> made;
    if (!given.bad) {
      const RowOutcome& outcome = scorer_.outcome(given.scored);
      if (outcome.code == ScoreCode::kSkipped) {
        ++summary_.skipped_row_count;
        const std::string stage =
            outcome.stage.empty() ? "a stage that skips invalid rows" : outcome.stage;
        ++skipped_[stage];
        if (options_.skipped) options_.skipped(given.number, stage);
        return {};
      }
      if (outcome.code == ScoreCode::kOk) {
        made = scorer_.answer(given.scored);
      } else {
        given.bad =
            BadRow{given.number, outcome.code, outcome.column, ProblemOf(given.number, outcome)};
      }
    }
    if (given.bad) {
      if (!options_.keep_going) return tl::unexpected(LoadError({std::move(given.bad->problem)}));
      ++summary_.bad_row_count;
      if (options_.report) options_.report(*given.bad);
    }
    cells_.clear();
    for (const Source& source : sources_) {
      if (source.given) {
        cells_.push_back(row[source.place]);
      } else {
        cells_.push_back(made.empty() ? Value::Null() : made[source.place]);
      }
    }
    return answers_.Add(cells_);
  }

  Problem ProblemOf(std::uint64_t row, const RowOutcome& outcome) const {
    std::string what = outcome.stage.empty() ? "" : outcome.stage + ": ";
    what += Describe(outcome.code);
    if (outcome.code == ScoreCode::kNullValue) {
      what +=
          "; give a value (NaN, where a model such as XGBoost's takes missing numbers), or put "
          "an imputer before it";
    }
    return {LoadCode::kBadSchema, PlaceInTable(source_.name, row, outcome.column), std::move(what)};
  }

  RowScorer& scorer_;
  const TableSource& source_;
  const ScoreOptions& options_;
  Arena& arena_;
  RowSink& answers_;
  TableHead head_;
  ColumnIndex given_;  // of head_.columns
  ColumnIndex made_;   // of the scorer's model_outputs()
  std::optional<RowCaster> caster_;
  std::vector<Source> sources_;  // [column of the answers]
  // A ring: those under way, then the one that is filled. Room for all that may be under way.
  std::vector<Batch> batches_ = std::vector<Batch>(1);
  std::size_t oldest_ = 0;
  std::size_t under_way_ = 0;
  std::vector<Value> cells_;
  std::map<std::string, std::uint64_t> skipped_;  // by stage
  ScoreSummary summary_;
};

// What the reader needs to know of the model.
Result<TableSource> Informed(RowScorer& scorer, const TableSource& source,
                             const ScoreOptions& options) {
  TableSource informed = source;
  Names computed;
  for (const Field& field : scorer.model_outputs()) {
    const bool wanted = !options.select || std::find(options.select->begin(), options.select->end(),
                                                     field.name) != options.select->end();
    if (wanted) computed.push_back(field.name);
  }
  PILLION_ASSIGN(informed.columns, scorer.InputsFor(computed));
  informed.optional_columns = scorer.optional_inputs();
  informed.missing_as_null = options.missing_as_null;
  informed.other_columns = options.select;
  informed.keep_going = options.keep_going;
  informed.note = options.note;
  return informed;
}

}  // namespace

Result<ScoreSummary> ScoreTable(RowScorer& scorer, const TableSource& source, TextInput& input,
                                const ScoreOptions& options, RowSink& answers) {
  TableSource informed;
  PILLION_ASSIGN(informed, Informed(scorer, source, options));
  Arena arena(kArenaBytesMax);
  ScoringSink sink(scorer, informed, options, arena, answers);
  PILLION_TRY(ReadRows(informed, input, arena, sink));
  return sink.summary();
}

Result<ScoreSummary> ScoreTable(RowScorer& scorer, const TableSource& source,
                                const ScoreOptions& options, RowSink& answers) {
  TextInput input(source.text);
  return ScoreTable(scorer, source, input, options, answers);
}

Result<ScoreSummary> ScoreRows(RowScorer& scorer, const TableSource& source,
                               const std::function<Result<void>(RowSink& rows)>& push,
                               const ScoreOptions& options, RowSink& answers) {
  Arena arena(kArenaBytesMax);
  ScoringSink sink(scorer, source, options, arena, answers);
  PILLION_TRY(push(sink));
  return sink.summary();
}

}  // namespace pillion
