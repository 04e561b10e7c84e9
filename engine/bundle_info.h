// What a bundle says of itself.
#pragma once

#include <cstdint>
#include <string>

namespace pillion {

enum class BundleFormat : std::uint8_t { kJson, kProtobuf };

// bundle.json
struct BundleInfo {
  std::string uid;
  std::string name;
  std::string version;
  std::string timestamp;
  BundleFormat format = BundleFormat::kJson;
};

}  // namespace pillion
