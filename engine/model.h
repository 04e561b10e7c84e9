// A loaded model and what it takes to score with it. The engine's whole public face.
//   auto model = Model::Load("house.zip");
//   auto plan = (*model)->Bind({});                  // columns fixed, steps wired
//   Workspace workspace(**plan);                     // one per thread
//   workspace.Input(0) = Value::Scalar(3.0);         // plan.inputs()[0]
//   if (workspace.Score() == ScoreCode::kOk) use(workspace.Output(0));
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "engine/arena.h"
#include "engine/bundle_info.h"
#include "engine/files/content_hash.h"
#include "engine/graph/kernel.h"
#include "engine/graph/plan_draft.h"
#include "engine/limits.h"
#include "engine/load_options.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "schemas/types/score_code.h"

namespace pillion {

class Bundle;
class Plan;

// One op of the pipeline, in execution order.
struct Stage {
  std::string path;  // in the bundle: "root/features.node/lr.node"
  std::string name;  // the node's own name
  std::string op;
  Operation operation;
  std::vector<std::string> input_columns;                  // one per Operation::inputs
  std::vector<std::optional<std::string>> output_columns;  // one per Operation::outputs
};

// Immutable once loaded; shared by any number of threads.
class Model : public std::enable_shared_from_this<Model> {
 public:
  // `path`: a bundle, as a zip or a directory, an XGBoost model in JSON or UBJSON, a LightGBM
  // model, or the URI of one. All that cannot be loaded is in the one error, each place with `path`
  // in front.
  static Result<std::shared_ptr<const Model>> Load(const std::filesystem::path& path,
                                                   const LoadOptions& options = {});
  // Whether a file is, by its first bytes, a model that XGBoost or LightGBM wrote.
  static bool IsModelFile(const std::filesystem::path& path);
  // The bundle's own limits count.
  static Result<std::shared_ptr<const Model>> FromBundle(Bundle& bundle,
                                                         const LoadOptions& options = {});

  // Where it was loaded from, as it was written; empty for one from memory.
  const std::string& place() const { return place_; }
  const BundleInfo& info() const { return info_; }
  const Limits& limits() const { return limits_; }
  const std::vector<Stage>& stages() const { return stages_; }
  std::uint64_t bundle_bytes() const { return bundle_bytes_; }  // inflated
  // Equal for bundles that hold the same, however they are packed.
  const ContentHash& content_hash() const { return content_hash_; }

  // The bundle's golden.json, where it has one: rows with the answers that are expected. It does
  // not count in the hash.
  const std::optional<std::string>& golden() const { return golden_; }

  // What whoever serves the model should know: a line each, with its place.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // Columns that the caller supplies, in order of first use, with the types that the stages
  // declare. Where several stages declare one, the last counts, as in MLeap.
  const Schema& inputs() const { return inputs_; }
  // Every column that the stages make, in order.
  const Schema& outputs() const { return outputs_; }

  struct BindOptions {
    // The caller's columns and their types; columns that the model does not need are allowed.
    // Absent: inputs().
    std::optional<Schema> inputs;
    // Where `inputs` is absent: those of inputs() that the caller does not have, for the stages
    // that are left out where they lack theirs. What other stages need of them is an input all the
    // same.
    std::vector<std::string> absent = {};
    // Columns wanted, from the stages or from the inputs. Absent: outputs().
    std::optional<std::vector<std::string>> outputs;
    // The rewrite engine/graph/feature_fusion.h. It changes no bit of any answer.
    bool fuse_features = true;
  };
  // Fixes columns to slots and inserts casts. Errors name the column: missing, of a type that
  // cannot be cast, made twice, or unknown. `this` must be owned by a shared_ptr.
  // Stages that no wanted column depends on run if they may remove rows; of these a string_indexer
  // is left out where its column is not among the caller's, as Spark does with that of a label.
  Result<std::shared_ptr<const Plan>> Bind(const BindOptions& options) const;
  // Inputs for which null is a value like any other: nullable, and read by nothing but stages that
  // put something in the place of nulls.
  std::vector<std::string> OptionalInputs() const;
  // The columns that Bind(options) would find missing, in order of use.
  Schema MissingInputs(const BindOptions& options) const;

 private:
  Model() = default;
  // Of a model file of a trainer's own.
  static Result<std::shared_ptr<const Model>> MakeOfFile(const std::string& bytes,
                                                         const LoadOptions& options,
                                                         std::string place);
  static Result<std::shared_ptr<const Model>> Make(Bundle& bundle, const LoadOptions& options,
                                                   std::string place);

  std::string place_;
  BundleInfo info_;
  Limits limits_;
  std::vector<Stage> stages_;
  Schema inputs_;
  Schema outputs_;
  std::uint64_t bundle_bytes_ = 0;
  ContentHash content_hash_;
  std::optional<std::string> golden_;
  std::vector<std::string> warnings_;
};

// A model bound to columns: steps over registers. Immutable; shared by any number of threads.
class Plan {
 public:
  Plan(std::shared_ptr<const Model> model, PlanDraft parts)
      : model_(std::move(model)), parts_(std::move(parts)) {}

  const Model& model() const { return *model_; }
  const Schema& inputs() const { return parts_.inputs; }
  const Schema& outputs() const { return parts_.outputs; }
  std::size_t register_count() const { return parts_.slot_columns.size(); }
  const std::vector<PlanStep>& steps() const { return parts_.steps; }
  const std::vector<PlanStep>& fast_steps() const { return parts_.fast_steps; }
  const PlanDraft& parts() const { return parts_; }

 private:
  const std::shared_ptr<const Model> model_;
  const PlanDraft parts_;
};

// Where a row failed.
struct Fault {
  ScoreCode code = ScoreCode::kOk;
  std::uint32_t stage = 0;  // index into Model::stages()
  std::string_view column;  // lives as long as the plan
};

// Registers and memory to score one row at a time. One thread at a time; holds its plan.
class Workspace {
 public:
  explicit Workspace(std::shared_ptr<const Plan> plan);

  const Plan& plan() const { return *plan_; }

  // Views set here must live until the outputs have been read. Stays set from row to row.
  Value& Input(std::size_t i) noexcept { return registers_[i]; }
  // Scores the row that the inputs hold. No allocation once the arena has grown to the rows'
  // size, no lock, no exception.
  ScoreCode Score() noexcept;
  // Valid after Score() returned kOk, until the next Score().
  const Value& Output(std::size_t i) const noexcept {
    return registers_[plan_->parts().output_slots[i]];
  }
  // Gives back the memory of the last row, and its outputs with it.
  void Release() noexcept { arena_.Reset(); }
  // After another code: where it happened.
  const Fault& fault() const noexcept { return fault_; }

 private:
  ScoreCode Run(const std::vector<PlanStep>& steps) noexcept;
  std::string_view BlamedColumn(const PlanStep& step, std::uint32_t input) const noexcept;

  std::shared_ptr<const Plan> plan_;
  std::vector<Value> registers_;
  Arena arena_;
  Fault fault_;
};

}  // namespace pillion
