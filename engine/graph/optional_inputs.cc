// Model::OptionalInputs.
#include <string_view>
#include <unordered_set>

#include "engine/model.h"

namespace pillion {

std::vector<std::string> Model::OptionalInputs() const {
  // Other ops take nulls too, a string_indexer that keeps invalid labels or a feature_hasher, but
  // to those a column that a caller forgot is no better than a wrong value.
  std::unordered_set<std::string_view> demanded;
  for (const Stage& stage : stages_) {
    for (std::size_t i = 0; i < stage.input_columns.size(); ++i) {
      const bool takes_null =
          stage.operation.fills_nulls && stage.operation.inputs[i].type.nullable;
      if (!takes_null) demanded.insert(stage.input_columns[i]);
    }
  }
  std::vector<std::string> optional;
  for (const Field& field : inputs_) {
    if (!demanded.contains(field.name)) optional.push_back(field.name);
  }
  return optional;
}

}  // namespace pillion
