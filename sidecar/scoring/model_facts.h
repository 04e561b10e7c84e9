// What a running sidecar tells of a model beside its columns, as the answer to the question
// "models" has it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/pillion.h"
#include "sidecar/scoring/row_remover.h"

namespace pillion {

struct ModelFacts {
  std::string name;
  std::vector<std::string> optional_inputs;  // see Model::OptionalInputs()
  std::vector<RowRemover> removers;
};

// Of `model`, as the server calls it. Empty where the server does not tell.
ModelFacts AskForModelFacts(pillion_client* client, const std::string& model,
                            std::uint64_t timeout_ns);

}  // namespace pillion
