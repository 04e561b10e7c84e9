#include "sidecar/commands/score_rows.h"

#include <set>
#include <utility>

#include "engine/bundle/quote.h"

namespace pillion {
namespace {

class ScoringSink final : public RowSink {
 public:
  ScoringSink(std::shared_ptr<const Model> model, const ScoreOptions& options, std::string source,
              Arena& arena, RowSink& answers)
      : model_(std::move(model)),
        options_(options),
        source_(std::move(source)),
        arena_(arena),
        answers_(answers) {}

  Result<void> Begin(const Schema& schema) override {
    Model::BindOptions bind;
    bind.inputs = schema;
    bind.outputs = options_.select ? *options_.select : AllColumns(schema);
    PILLION_ASSIGN(const std::shared_ptr<const Plan> plan, model_->Bind(bind));
    workspace_.emplace(plan);
    NoteComputed(schema);
    answer_.resize(plan->outputs().size());
    Schema columns = plan->outputs();
    for (std::size_t i = 0; options_.keep_going && i < columns.size(); ++i) {
      if (given_[i] == kComputed) columns[i].type.nullable = true;
    }
    return answers_.Begin(columns);
  }

  Result<void> Add(std::span<const Value> row) override {
    ++summary_.row_count;
    for (std::size_t i = 0; i < row.size(); ++i) workspace_->Input(i) = row[i];
    const ScoreCode code = workspace_->Score();
    if (code == ScoreCode::kSkipped) {
      ++summary_.skipped_row_count;
      arena_.Reset();
      return {};
    }
    if (code != ScoreCode::kOk) {
      Problem problem = ProblemOfRow();
      if (!options_.keep_going) return tl::unexpected(LoadError({std::move(problem)}));
      ++summary_.bad_row_count;
      if (options_.report) options_.report(problem);
    }
    for (std::size_t i = 0; i < answer_.size(); ++i) {
      if (code == ScoreCode::kOk) {
        answer_[i] = workspace_->Output(i);
      } else {
        answer_[i] = given_[i] == kComputed ? Value::Null() : row[given_[i]];
      }
    }
    const Result<void> added = answers_.Add(answer_);
    arena_.Reset();
    return added;
  }

  Result<void> End() override { return answers_.End(); }

  const ScoreSummary& summary() const { return summary_; }

 private:
  static constexpr std::size_t kComputed = static_cast<std::size_t>(-1);

  std::vector<std::string> AllColumns(const Schema& schema) const {
    std::vector<std::string> names;
    for (const Field& field : schema) names.push_back(field.name);
    for (const Field& field : model_->outputs()) names.push_back(field.name);
    return names;
  }

  void NoteComputed(const Schema& schema) {
    for (const Field& field : workspace_->plan().outputs()) {
      std::size_t place = kComputed;
      for (std::size_t i = 0; i < schema.size(); ++i) {
        if (schema[i].name == field.name) place = i;
      }
      given_.push_back(place);
    }
  }

  Problem ProblemOfRow() const {
    const Fault& fault = workspace_->fault();
    std::string where = source_ + ": row " + std::to_string(summary_.row_count);
    if (!fault.column.empty()) where.append(", column ").append(Quote(fault.column));
    const Stage& stage = model_->stages()[fault.stage];
    return {LoadCode::kBadSchema, std::move(where),
            stage.op + " " + Quote(stage.name) + ": " + std::string(Describe(fault.code))};
  }

  std::shared_ptr<const Model> model_;
  const ScoreOptions& options_;
  std::string source_;
  Arena& arena_;
  RowSink& answers_;
  std::optional<Workspace> workspace_;
  std::vector<std::size_t> given_;  // a column of the answer -> of the frame, or kComputed
  std::vector<Value> answer_;
  ScoreSummary summary_;
};

}  // namespace

Result<Schema> ColumnsFor(const Model& model, const ScoreOptions& options) {
  if (!options.select) return model.inputs();
  PILLION_ASSIGN(const std::shared_ptr<const Plan> plan,
                 model.Bind({.inputs = {}, .outputs = options.select}));
  return plan->inputs();
}

Result<ScoreSummary> ScoreRows(const std::shared_ptr<const Model>& model, const TableSource& source,
                               const ScoreOptions& options, RowSink& answers) {
  Arena arena(model->limits().row_bytes_max);
  ScoringSink sink(model, options, source.name, arena, answers);
  PILLION_TRY(ReadRows(source, arena, sink));
  return sink.summary();
}

}  // namespace pillion
