#include "engine/ops/catalog.h"

#include "engine/ops/families.h"

namespace pillion {

std::span<const OpFamily> OpFamilies() noexcept {
  static const OpFamily families[] = {
      kVectorAssemblers,
      kScalers,
      kMissingValues,
      kThresholds,
      kOneHotEncoders,
      kSelectors,
      kVectorIndexers,
      kVectorTransforms,
      kPolynomials,
      kInteractions,
      kLocalityHashes,
      kMathFunctions,
      kLabelers,
      kStringIndexers,
      kLookups,
      kTokenizers,
      kWordLists,
      kWordVectors,
      kTermFrequencies,
      kFeatureHashers,
      kLinearRegressions,
      kLinearClassifiers,
      kTreeRegressions,
      kTreeClassifiers,
      kGeneralizedLinearRegressions,
      kIsotonicRegressions,
      kNaiveBayes,
      kMultiLayerPerceptrons,
      kOneVsRest,
      kClusterings,
      kGaussianMixtures,
      kTopicModels,
      kRecommenders,
  };
  return families;
}

const OpRow* FindOp(std::string_view name) noexcept {
  for (const OpFamily& family : OpFamilies()) {
    for (const OpRow& row : family.rows) {
      if (row.name == name) return &row;
    }
  }
  return nullptr;
}

}  // namespace pillion
