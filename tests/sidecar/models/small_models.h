// Models that differ in one number: number > threshold -> over, number > -threshold -> under.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "sidecar/models/served_version.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {

inline void WriteBinarizers(testing::BundleOnDisk& bundle, double threshold) {
  bundle.Pipeline("root", R"("over","under")");
  bundle.Binarizer("root/over.node", "number", "over", threshold);
  bundle.Binarizer("root/under.node", "number", "under", -threshold);
}

// The same with another input, so with another schema.
inline void WriteOtherColumns(testing::BundleOnDisk& bundle) {
  bundle.Pipeline("root", R"("over","under")");
  bundle.Binarizer("root/over.node", "amount", "over", 1);
  bundle.Binarizer("root/under.node", "amount", "under", -1);
}

inline std::shared_ptr<const ServedVersion> LoadBinarizers(double threshold) {
  testing::BundleOnDisk bundle;
  WriteBinarizers(bundle, threshold);
  auto version = ServedVersion::Load(bundle.root(), {});
  if (!version) throw std::runtime_error(version.error().Text());
  return *version;
}

// A copy of the bundle, put in its place by a rename.
inline void PutInPlace(const testing::BundleOnDisk& bundle, const std::filesystem::path& place) {
  std::filesystem::create_directories(place.parent_path());
  const std::filesystem::path beside = place.parent_path() / ".new";
  std::filesystem::copy(bundle.root(), beside, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(place);
  std::filesystem::rename(beside, place);
}

}  // namespace pillion
