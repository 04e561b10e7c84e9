// Model::Bind: from stages and column names to steps and registers.
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/quote.h"
#include "base/suggest.h"
#include "engine/cast.h"
#include "engine/graph/feature_fusion.h"
#include "engine/model.h"

namespace pillion {

class PlanBuilder {
 public:
  PlanBuilder(std::shared_ptr<const Model> model, const Model::BindOptions& options)
      : model_(std::move(model)) {
    MarkAvailable(options);
    MarkNeeded(options);
    ChooseInputs(options);
  }

  // Of the needed stages.
  Schema MissingInputs() const {
    const Model& model = *model_;
    Schema missing;
    std::set<std::string_view> there;
    for (const Field& field : draft_.inputs) there.insert(field.name);
    for (std::size_t i = 0; i < model.stages().size(); ++i) {
      if (!needed_stages_[i]) continue;
      const Stage& stage = model.stages()[i];
      for (std::size_t k = 0; k < stage.input_columns.size(); ++k) {
        if (!there.insert(stage.input_columns[k]).second) continue;
        missing.push_back({stage.input_columns[k], stage.operation.inputs[k].type});
      }
      for (const std::optional<std::string>& column : stage.output_columns) {
        if (column) there.insert(*column);
      }
    }
    return missing;
  }

  Result<std::shared_ptr<const Plan>> Build(const Model::BindOptions& options) {
    const std::vector<Stage>& stages = model_->stages();
    for (std::size_t i = 0; i < stages.size(); ++i) {
      if (needed_stages_[i]) AddStage(stages[i], static_cast<std::uint32_t>(i));
    }
    ChooseOutputs(options);
    if (!problems_.empty()) return tl::unexpected<LoadError>(LoadError(std::move(problems_)));
    if (options.fuse_features) FeatureFusion(stages, draft_).Run();
    return std::make_shared<const Plan>(model_, std::move(draft_));
  }

 private:
  struct Column {
    std::uint32_t slot = 0;
    DataType type;
  };

  void Refuse(std::string where, std::string what) {
    problems_.push_back({LoadCode::kBadSchema, std::move(where), std::move(what)});
  }

  void RefuseStage(const Stage& stage, std::string what) {
    const std::string& place = model_->place();
    Refuse((place.empty() ? "" : place + ": ") + stage.path, std::move(what));
  }

  // Whether all that a stage reads is given, or made by stages of which that holds.
  void MarkAvailable(const Model::BindOptions& options) {
    const std::vector<Stage>& stages = model_->stages();
    available_stages_.assign(stages.size(), true);
    if (!options.inputs && options.absent.empty()) return;
    std::set<std::string_view> columns;
    for (const Field& field : options.inputs ? *options.inputs : model_->inputs()) {
      columns.insert(field.name);
    }
    for (const std::string& column : options.absent) columns.erase(column);
    for (std::size_t i = 0; i < stages.size(); ++i) {
      for (const std::string& column : stages[i].input_columns) {
        if (!columns.contains(column)) available_stages_[i] = false;
      }
      for (const std::optional<std::string>& column : stages[i].output_columns) {
        if (column && available_stages_[i]) columns.insert(*column);
      }
    }
  }

  // A stage counts if a wanted column depends on it, or if it may remove rows.
  void MarkNeeded(const Model::BindOptions& options) {
    const Model& model = *model_;
    needed_stages_.assign(model.stages().size(), !options.outputs.has_value());
    if (options.outputs) needed_columns_.insert(options.outputs->begin(), options.outputs->end());
    for (std::size_t i = model.stages().size(); i-- > 0;) {
      const Stage& stage = model.stages()[i];
      const bool left_out = !available_stages_[i] && stage.operation.may_be_left_out;
      bool needed = needed_stages_[i] || (stage.operation.may_skip && !left_out);
      for (const std::optional<std::string>& column : stage.output_columns) {
        needed = needed || (column && needed_columns_.contains(*column));
      }
      needed_stages_[i] = needed;
      if (!needed) continue;
      needed_columns_.insert(stage.input_columns.begin(), stage.input_columns.end());
    }
  }

  void ChooseInputs(const Model::BindOptions& options) {
    for (const Field& field : options.inputs ? *options.inputs : model_->inputs()) {
      if (!options.inputs && !needed_columns_.contains(field.name)) continue;
      draft_.inputs.push_back(field);
      if (!columns_.try_emplace(field.name, Column{NewSlot(field.name), field.type}).second) {
        Refuse("column '" + field.name + "'", "is given twice");
      }
    }
  }

  void ChooseOutputs(const Model::BindOptions& options) {
    std::vector<std::string> names;
    if (options.outputs) {
      names = *options.outputs;
    } else {
      for (const Field& field : model_->outputs()) names.push_back(field.name);
    }
    const bool is_broken = !problems_.empty();  // then columns may lack for that reason
    for (const std::string& name : names) {
      const auto it = columns_.find(name);
      if (it == columns_.end()) {
        if (!is_broken) {
          Refuse("column " + Quote(name), "is wanted, but nothing makes it" + NearColumn(name));
        }
        continue;
      }
      draft_.outputs.push_back({name, it->second.type});
      draft_.output_slots.push_back(it->second.slot);
    }
  }

  // Looking for a near name takes long where there are thousands of columns, and anybody may ask.
  bool MaySuggest() const {
    constexpr std::size_t kSuggestionsMax = 4;
    return problems_.size() < kSuggestionsMax;
  }

  // Also of what the stages make that are left out, and of what they read.
  std::string NearColumn(std::string_view name) const {
    if (!MaySuggest()) return {};
    std::vector<std::string_view> names;
    for (const Schema* schema :
         {&model_->outputs(), &model_->inputs(), &std::as_const(draft_.inputs)}) {
      for (const Field& field : *schema) names.push_back(field.name);
    }
    return DidYouMean(name, names);
  }

  std::uint32_t NewSlot(const std::string& column) {
    draft_.slot_columns.push_back(column);
    return static_cast<std::uint32_t>(draft_.slot_columns.size() - 1);
  }

  void AddStage(const Stage& stage, std::uint32_t stage_index) {
    std::vector<std::uint32_t> inputs;
    std::vector<std::uint32_t> checks;
    for (std::size_t i = 0; i < stage.input_columns.size(); ++i) {
      const auto it = columns_.find(stage.input_columns[i]);
      if (it == columns_.end()) {
        const std::string& name = stage.input_columns[i];
        RefuseStage(stage, "needs the column " + Quote(name) + ", which is missing" +
                               (MaySuggest() ? DidYouMean(name, draft_.inputs, &Field::name) : ""));
        continue;
      }
      const Port& port = stage.operation.inputs[i];
      const bool cast = NeedsCast(it->second.type, port.type);
      if (!cast && it->second.type.nullable && !port.type.nullable) {
        checks.push_back(static_cast<std::uint32_t>(i));
      }
      inputs.push_back(cast ? CastSlot(it->first, it->second, port, stage, stage_index)
                            : it->second.slot);
    }
    AddStep(stage.operation.kernel.get(), inputs, OutputSlots(stage), checks, stage_index);
  }

  std::vector<std::uint32_t> OutputSlots(const Stage& stage) {
    std::vector<std::uint32_t> outputs;
    for (std::size_t i = 0; i < stage.output_columns.size(); ++i) {
      if (!stage.output_columns[i]) {
        outputs.push_back(Arguments::kUndeclared);
        continue;
      }
      const std::string& name = *stage.output_columns[i];
      outputs.push_back(NewSlot(name));
      const Column column{outputs.back(), stage.operation.outputs[i].type};
      if (!columns_.try_emplace(name, column).second) {
        RefuseStage(stage, "makes the column '" + name + "', which exists already");
      }
    }
    return outputs;
  }

  // The register that holds `column` as `port` wants it; stages that want the same share it.
  std::uint32_t CastSlot(const std::string& name, const Column& column, const Port& port,
                         const Stage& stage, std::uint32_t stage_index) {
    const auto key = std::tuple(column.slot, port.type.shape, port.type.base, port.type.nullable);
    if (const auto it = cast_slots_.find(key); it != cast_slots_.end()) return it->second;
    std::unique_ptr<const Kernel> kernel = MakeCast(column.type, port.type);
    if (kernel == nullptr) {
      RefuseStage(stage, DescribeMisfit(name, column.type, stage.op, port));
      return column.slot;
    }
    std::vector<std::uint32_t> checks;
    if (column.type.nullable && !port.type.nullable) checks.push_back(0);
    const std::uint32_t slot = NewSlot(name);
    AddStep(kernel.get(), {column.slot}, {slot}, checks, stage_index);
    draft_.own_kernels.push_back(std::move(kernel));
    cast_slots_.emplace(key, slot);
    return slot;
  }

  void AddStep(const Kernel* kernel, const std::vector<std::uint32_t>& inputs,
               const std::vector<std::uint32_t>& outputs, const std::vector<std::uint32_t>& checks,
               std::uint32_t stage_index) {
    const auto append = [](std::vector<std::uint32_t>& all,
                           const std::vector<std::uint32_t>& part) {
      const auto begin = static_cast<std::uint32_t>(all.size());
      all.insert(all.end(), part.begin(), part.end());
      return begin;
    };
    PlanStep step;
    step.kernel = kernel;
    step.inputs_begin = append(draft_.slots, inputs);
    step.inputs_count = static_cast<std::uint32_t>(inputs.size());
    step.outputs_begin = append(draft_.slots, outputs);
    step.outputs_count = static_cast<std::uint32_t>(outputs.size());
    step.checks_begin = append(draft_.checks, checks);
    step.checks_count = static_cast<std::uint32_t>(checks.size());
    step.stage = stage_index;
    draft_.steps.push_back(step);
  }

  const std::shared_ptr<const Model> model_;
  PlanDraft draft_;
  std::vector<Problem> problems_;
  std::vector<bool> available_stages_;
  std::vector<bool> needed_stages_;
  std::set<std::string> needed_columns_;
  std::map<std::string, Column> columns_;
  std::map<std::tuple<std::uint32_t, Shape, BasicType, bool>, std::uint32_t> cast_slots_;
};

Schema Model::MissingInputs(const BindOptions& options) const {
  return PlanBuilder(shared_from_this(), options).MissingInputs();
}

Result<std::shared_ptr<const Plan>> Model::Bind(const BindOptions& options) const {
  return PlanBuilder(shared_from_this(), options).Build(options);
}

}  // namespace pillion
