// Model::OptionalInputs.
#include "engine/model.h"

namespace pillion {
namespace {

// Other ops take nulls too, a string_indexer that keeps invalid labels or a feature_hasher, but to
// those a column that a caller forgot is no better than a wrong value.
bool FillsNulls(const Stage& stage) { return stage.op == "imputer" || stage.op == "coalesce"; }

bool IsOptional(const std::string& column, const std::vector<Stage>& stages) {
  for (const Stage& stage : stages) {
    for (std::size_t i = 0; i < stage.input_columns.size(); ++i) {
      if (stage.input_columns[i] != column) continue;
      if (!FillsNulls(stage) || !stage.operation.inputs[i].type.nullable) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::string> Model::OptionalInputs() const {
  std::vector<std::string> optional;
  for (const Field& field : inputs_) {
    if (IsOptional(field.name, stages_)) optional.push_back(field.name);
  }
  return optional;
}

}  // namespace pillion
