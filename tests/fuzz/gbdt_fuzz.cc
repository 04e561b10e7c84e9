// Bytes as a LightGBM model file: what is taken scores any row without leaving its trees.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "engine/formats/lightgbm/gbdt.h"
#include "engine/formats/lightgbm/gbdt_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto file = pillion::ReadGbdtFile(text, {});
  if (!file) {
    if (file.error().Text().empty()) std::abort();
    return 0;
  }
  const auto gbdt = pillion::Gbdt::Make(*std::move(file));
  if (!gbdt) return 0;
  std::vector<double> sums(gbdt->class_count());
  std::vector<double> predictions(gbdt->class_count());
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, 1.0, -1e9, 1e9, 2147483647.0, infinity, -infinity,
                         std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> features(gbdt->feature_count(), pillion::Gbdt::Feature(x));
    gbdt->Sum(features.data(), sums.data());
    gbdt->Convert(sums.data(), predictions.data());
  }
  return 0;
}
