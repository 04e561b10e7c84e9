// One line a family: the table of rows that its file defines.
#pragma once

#include "engine/ops/catalog.h"

namespace pillion {

extern const OpFamily kVectorAssemblers;
extern const OpFamily kScalers;
extern const OpFamily kMissingValues;
extern const OpFamily kThresholds;
extern const OpFamily kOneHotEncoders;
extern const OpFamily kStringIndexers;
extern const OpFamily kLookups;
extern const OpFamily kTokenizers;
extern const OpFamily kWordLists;
extern const OpFamily kWordVectors;
extern const OpFamily kTermFrequencies;
extern const OpFamily kFeatureHashers;
extern const OpFamily kSelectors;
extern const OpFamily kVectorIndexers;
extern const OpFamily kVectorTransforms;
extern const OpFamily kPolynomials;
extern const OpFamily kInteractions;
extern const OpFamily kLocalityHashes;
extern const OpFamily kMathFunctions;
extern const OpFamily kLabelers;
extern const OpFamily kLinearRegressions;
extern const OpFamily kLinearClassifiers;
extern const OpFamily kTreeRegressions;
extern const OpFamily kTreeClassifiers;
extern const OpFamily kGeneralizedLinearRegressions;
extern const OpFamily kIsotonicRegressions;
extern const OpFamily kNaiveBayes;
extern const OpFamily kMultiLayerPerceptrons;
extern const OpFamily kOneVsRest;
extern const OpFamily kClusterings;
extern const OpFamily kGaussianMixtures;
extern const OpFamily kTopicModels;
extern const OpFamily kRecommenders;
extern const OpFamily kXgboost;
extern const OpFamily kLightgbm;

}  // namespace pillion
