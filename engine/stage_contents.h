// What the stages of a bundle were made with, for whoever compares bundles. Scoring reads none of
// it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "engine/files/content_hash.h"
#include "engine/model.h"

namespace pillion {

// An attribute: either floating-point numbers, or what else it holds as text. Of a scalar one.
struct StageAttribute {
  std::vector<double> numbers;
  std::vector<std::string> texts;

  bool operator==(const StageAttribute&) const = default;
};

struct StageContents {
  std::map<std::string, StageAttribute> attributes;  // [name]
  // [path below the stage]: of its other files, such as trees. Of a bundle that is a directory, as
  // far as the loader looks around: some thousands.
  std::map<std::string, ContentHash> files;
};

// One for each of model.stages(). The bundle is read again from model.place(); errors: it has
// changed, or has gone. Empty for an XGBoost or LightGBM file, which has no such parts.
Result<std::vector<StageContents>> ReadStageContents(const Model& model);

}  // namespace pillion
