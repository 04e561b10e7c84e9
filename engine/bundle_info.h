// What a bundle says of itself.
#pragma once

#include <cstdint>
#include <string>

namespace pillion {

enum class BundleFormat : std::uint8_t {
  kJson,
  kProtobuf,
  kXgboost,  // no bundle, but a model file of XGBoost's; of the others only the name is there
};

// bundle.json
struct BundleInfo {
  std::string uid;
  std::string name;
  std::string version;
  std::string timestamp;
  BundleFormat format = BundleFormat::kJson;
};

}  // namespace pillion
