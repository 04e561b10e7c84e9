// What a bundle says of itself.
#pragma once

#include <cstdint>
#include <string>

namespace pillion {

enum class BundleFormat : std::uint8_t {
  kJson,
  kProtobuf,
  // No bundle, but a model file of the library's own; of BundleInfo only the name is there.
  kXgboost,
  kLightgbm,
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
