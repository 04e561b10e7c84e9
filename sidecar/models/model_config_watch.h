// Which files model.yaml of a directory say something new. Used by one thread at a time.
#pragma once

#include <filesystem>
#include <vector>

#include "sidecar/models/model_config.h"
#include "sidecar/models/model_directory.h"
#include "sidecar/models/model_reference.h"

namespace pillion {

class ModelConfigWatch {
 public:
  struct Change {
    ModelReference of;  // a model, or a version
    Result<ModelConfig> config;
  };

  // Reads what is new, or gone: of a model that is still there that is an empty configuration. A
  // file counts once it has stayed the same from one look to the next, or with `at_once`.
  std::vector<Change> Look(const std::filesystem::path& directory, const FoundModels& models,
                           bool at_once = false);

 private:
  FoundConfigs last_;  // look
  FoundConfigs read_;
};

}  // namespace pillion
