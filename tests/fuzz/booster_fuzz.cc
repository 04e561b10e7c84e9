// XGBoost model files of every encoding: whatever is read is scored and explained, as either
// runtime would.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/formats/xgboost/booster.h"

namespace pillion {
namespace {

void Ask(const Booster& booster) {
  Arena arena(4 << 20);
  const std::vector<double> x = {0.5, -1, 1e30, 3};
  const auto size = std::min<std::uint32_t>(4, booster.feature_count());
  const float* features = nullptr;
  if (booster.ReadFeatures({size, size, x.data(), nullptr}, arena, &features) != ScoreCode::kOk) {
    return;
  }
  const std::size_t groups = booster.group_count();
  auto* margins = arena.Allocate<float>(groups);
  if (margins == nullptr || booster.Margins(features, arena, margins) != ScoreCode::kOk) return;
  (void)booster.Transform({margins, groups});
  auto* leaves = arena.Allocate<double>(booster.tree_count());
  if (leaves != nullptr && !booster.is_linear()) (void)booster.Leaves(features, arena, leaves);
  auto* shares = arena.Allocate<float>((std::size_t{booster.feature_count()} + 1) * groups);
  if (shares != nullptr) (void)booster.Contributions(features, arena, shares);
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  LoadOptions options;
  options.limits.tree_depth_max = 16;  // A leaf costs the square of its depth.
  options.limits.entry_bytes_max = 1 << 20;
  const Result<BoosterFile> file = ReadBoosterFile(bytes, options.limits, "fuzz");
  if (!file) return 0;
  for (const XgboostRuntime runtime : {XgboostRuntime::kNative, XgboostRuntime::kPredictor}) {
    options.xgboost_runtime = runtime;
    const Result<Booster> booster =
        Booster::Make(*file, static_cast<std::int32_t>(size % 3), options, "fuzz");
    if (booster) Ask(*booster);
  }
  return 0;
}
