#include "sidecar/commands/sagemaker_environment.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace pillion {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "/opt/ml/model";

bool IsSageMaker() {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string_view(*variable).starts_with("SAGEMAKER_")) return true;
  }
  return false;
}

}  // namespace

void AddSageMakerModel(std::vector<std::string>& models) {
  if (!IsSageMaker()) return;
  std::vector<fs::path> zips;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(kModel, ignored)) {
    if (entry.path().extension() == ".zip") zips.push_back(entry.path());
  }
  const bool is_bundle = fs::exists(fs::path(kModel) / "bundle.json", ignored);
  models.push_back("model=" + (!is_bundle && zips.size() == 1 ? zips.front().string() : kModel));
}

void AddSageMakerListener(std::vector<std::string>& listen) {
  if (!IsSageMaker()) return;
  const char* const port = std::getenv("SAGEMAKER_BIND_TO_PORT");
  listen.push_back("tcp:0.0.0.0:" + std::string(port == nullptr ? "8080" : port) + "=sagemaker");
}

}  // namespace pillion
