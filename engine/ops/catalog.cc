#include "engine/ops/catalog.h"

#include "engine/ops/families.h"

namespace pillion {
namespace {

struct UnsupportedOp {
  std::string_view name;
  std::string_view reason;
};

constexpr UnsupportedOp kUnsupportedOps[] = {
    {"tensorflow", "it runs a TensorFlow graph, and TensorFlow is not built in"},
    {"categorical_drilldown", "MLeap itself can neither write nor read it"},
    {"svm", "MLeap itself does not load this form of scikit-learn's SVC"},
    {"word2vec", "MLeap itself does not load gensim's form; Spark's word_to_vector is known"},
    {"sql_transformer",
     "it runs SQL, which needs Spark; compute its columns before the rows are sent, and export the "
     "pipeline without it"},
    {"cross_validator", "exporters write the best model in its place"},
    {"train_validation_split", "exporters write the best model in its place"},
};

}  // namespace

std::vector<OpFamilyDescription> ListOps() {
  std::vector<OpFamilyDescription> families;
  for (const OpFamily& family : OpFamilies()) {
    OpFamilyDescription& listed = families.emplace_back();
    listed.name = family.name;
    listed.source = family.source;
    for (const OpRow& row : family.rows) {
      listed.ops.push_back({row.name, row.summary, row.exactness});
    }
  }
  return families;
}

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
      kXgboost,
      kLightgbm,
  };
  return families;
}

std::string_view WhyUnsupported(std::string_view name) noexcept {
  for (const UnsupportedOp& op : kUnsupportedOps) {
    if (op.name == name) return op.reason;
  }
  return {};
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
