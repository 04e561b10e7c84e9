// What `pillion serve` does without arguments in a container that Amazon SageMaker has started,
// which shows by variables that begin with SAGEMAKER_.
#pragma once

#include <string>
#include <vector>

namespace pillion {

// The bundle that SageMaker has unpacked to /opt/ml/model, or the one zip in it.
void AddSageMakerModel(std::vector<std::string>& models);
// Port 8080, or SAGEMAKER_BIND_TO_PORT, of all addresses.
void AddSageMakerListener(std::vector<std::string>& listen);

}  // namespace pillion
