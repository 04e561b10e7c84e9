// Naive Bayes, perceptrons, one-versus-rest, clusters, mixtures, topics and recommendations, on
// the examples of MLeap's behaviour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/attribute_json.h"
#include "tests/support/numbers_in.h"
#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using SideFile = OpFixture::SideFile;

const std::vector<std::string> kFeatures = {"features"};
const std::vector<std::string> kAllPorts = {"raw_prediction", "probability", "prediction"};
constexpr double kNear = 1e-12;

std::string NaiveBayes(const std::string& type) {
  return AttributesJson(
      {{"num_features", LongJson(2)},
       {"num_classes", LongJson(2)},
       {"pi", VectorJson({std::log(.5), std::log(.5)})},
       {"theta", TensorJson({std::log(.6), std::log(.2), std::log(.4), std::log(.8)}, {2, 2})},
       {"model_type", StringJson(type)}});
}

TEST(NaiveBayes, Multinomial) {
  OpFixture op("naive_bayes", NaiveBayes("multinomial"), kFeatures, kAllPorts);
  EXPECT_THAT(
      NumbersIn(op.Score({Dense({2, 1})})),
      ElementsAre(DoubleNear(-2.631089159966082, kNear), DoubleNear(-4.135166556742355, kNear),
                  DoubleNear(9 / 11., kNear), DoubleNear(2 / 11., kNear), 0));
}

TEST(NaiveBayes, Bernoulli) {
  OpFixture op("naive_bayes", NaiveBayes("bernoulli"), kFeatures, kAllPorts);
  EXPECT_THAT(
      NumbersIn(op.Score({Dense({1, 0})})),
      ElementsAre(DoubleNear(-1.7147984280919266, kNear), DoubleNear(-3.912023005428146, kNear),
                  DoubleNear(0.9, kNear), DoubleNear(0.1, kNear), 0));
  EXPECT_EQ(op.Score({Dense({0.5, 0})}), "kInvalidValue features");
  EXPECT_EQ(op.Score({Dense({1, 0, 0})}), "kWrongSize features");
}

TEST(NaiveBayes, RefusesOtherTypes) {
  OpFixture op("naive_bayes", NaiveBayes("gaussian"), kFeatures, kAllPorts);
  EXPECT_THAT(op.refusal(), HasSubstr("model_type: expected \"multinomial\" or \"bernoulli\""));
}

TEST(MultiLayerPerceptron, AppliesTheLogisticFunctionBetweenLayers) {
  OpFixture op(
      "multi_layer_perceptron_classifier",
      AttributesJson({{"layers", LongListJson({2, 2, 2})},
                      {"weights", VectorJson({1, -1, .5, .25, .1, -.2, 1, 0, -1, 2, 0, .5})}}),
      kFeatures, kAllPorts);
  EXPECT_THAT(
      NumbersIn(op.Score({Dense({1, 2})})),
      ElementsAre(DoubleNear(0.5590909509725532, kNear), DoubleNear(1.1636244556636677, kNear),
                  DoubleNear(0.35330718556323515, kNear), DoubleNear(0.6466928144367649, kNear),
                  1));
}

TEST(MultiLayerPerceptron, RefusesWeightsThatDoNotFillTheLayers) {
  const auto refusal = [](const std::vector<std::int64_t>& layers) {
    return OpFixture(
               "multi_layer_perceptron_classifier",
               AttributesJson({{"layers", LongListJson(layers)}, {"weights", VectorJson({1, 2})}}),
               kFeatures, kAllPorts)
        .refusal();
  };
  EXPECT_THAT(refusal({2, 2}), HasSubstr("weights: expected 6, found 2"));
  EXPECT_THAT(refusal({2147483647, 2147483647, 2147483647}), HasSubstr("weights: expected"));
  EXPECT_THAT(refusal({2}), HasSubstr("layers: expected at least 2, found 1"));
  EXPECT_THAT(refusal({2, 0}), HasSubstr("layers"));
}

// A classifier whose margin is `margin` for the row [1].
SideFile MarginModel(std::size_t i, const std::string& op, double margin,
                     const std::string& more = "") {
  std::string attributes = AttributesJson({{"num_classes", LongJson(2)},
                                           {"coefficients", VectorJson({margin})},
                                           {"intercept", DoubleJson(0)}});
  attributes.insert(attributes.size() - 1, more);
  return {"model" + std::to_string(i) + "/model.json", ModelJson(op, attributes)};
}

std::string OneVsRest(int class_count) {
  return AttributesJson({{"num_classes", LongJson(class_count)}, {"num_features", LongJson(1)}});
}

TEST(OneVsRest, TheMostProbableClassWins) {
  OpFixture op(
      "one_vs_rest", OneVsRest(3), kFeatures, kAllPorts,
      {MarginModel(0, "logistic_regression", -1), MarginModel(1, "logistic_regression", 0.5),
       MarginModel(2, "logistic_regression", 2)});
  EXPECT_THAT(NumbersIn(op.Score({Dense({1})})),
              ElementsAre(DoubleNear(0.8807970779778823, kNear), -1, 0.5, 2, 2));
}

TEST(OneVsRest, LinearSvcsTakePartWithTheirDecision) {
  const std::string threshold = R"(, "threshold": {})";
  OpFixture op(
      "one_vs_rest", OneVsRest(3), kFeatures, kAllPorts,
      {MarginModel(0, "linear_svc", -1, threshold), MarginModel(1, "linear_svc", 0.5, threshold),
       MarginModel(2, "linear_svc", 2, threshold)});
  EXPECT_EQ(op.Score({Dense({1})}), "1; [0, 1, 1]; 1");
}

TEST(OneVsRest, RefusesWhatIsNoClassifier) {
  const auto refusal = [](const std::string& op, const std::string& attributes) {
    return OpFixture("one_vs_rest", OneVsRest(1), kFeatures, kAllPorts,
                     {{"model0/model.json", ModelJson(op, attributes)}})
        .refusal();
  };
  const std::string expected = "expected a classifier, found the op";
  EXPECT_THAT(refusal("one_vs_rest", OneVsRest(1)), HasSubstr(expected));
  EXPECT_THAT(refusal("no_such_op", "{}"), HasSubstr(expected));
  EXPECT_THAT(refusal("linear_regression", AttributesJson({{"coefficients", VectorJson({1})},
                                                           {"intercept", DoubleJson(0)}})),
              HasSubstr(expected));
  EXPECT_THAT(OpFixture("one_vs_rest", OneVsRest(2000000000), kFeatures, kAllPorts).refusal(),
              HasSubstr("model0"));
  const std::string both = OpFixture("one_vs_rest", OneVsRest(2), kFeatures, kAllPorts,
                                     {{"model0/model.json", ModelJson("tokenizer", "{}")},
                                      {"model1/model.json", ModelJson("linear_svc", "{}")}})
                               .refusal();
  EXPECT_THAT(both, HasSubstr("model0/model.json: expected a classifier"));
  EXPECT_THAT(both, HasSubstr("model1/model.json: linear_svc.coefficients"));
}

std::string TensorListJson(const std::string& base, const std::vector<std::vector<double>>& rows,
                           const std::vector<std::int32_t>& dimensions) {
  std::vector<std::string> tensors;
  for (const std::vector<double>& row : rows) {
    tensors.push_back("{" + TensorBody(base, row, dimensions) + "}");
  }
  return fmt::format(R"({{"type": "list", "tensor": [{}]}})", fmt::join(tensors, ", "));
}

TEST(KMeans, FindsTheNearestCentre) {
  OpFixture op(
      "k_means",
      AttributesJson({{"num_features", LongJson(2)},
                      {"cluster_centers", TensorListJson("double", {{0, 0}, {3, 4}}, {2})}}),
      kFeatures, {"prediction"});
  EXPECT_EQ(op.Score({Dense({1, 1})}), "0");
  EXPECT_EQ(op.Score({Dense({3, 3})}), "1");
  EXPECT_EQ(op.Score({Sparse(2, {{1, 4}})}), "1");
  EXPECT_EQ(op.Score({Dense({1.5, 2})}), "0");  // halfway: the first
  EXPECT_EQ(op.Score({Dense({std::numeric_limits<double>::quiet_NaN(), 9})}), "0");
  EXPECT_EQ(op.Score({Dense({1})}), "kWrongSize features");
}

TEST(BisectingKMeans, DescendsToTheNearestChild) {
  const auto tree = [](int leaf) {
    return fmt::format(
        "{{\"index\":-1,\"norm\":1.5,\"values\":[1.5],\"numChildren\":2}}\n"
        "{{\"index\":{},\"norm\":1.0,\"values\":[1.0],\"numChildren\":0}}\n"
        "{{\"index\":1,\"norm\":2.0,\"values\":[2.0],\"numChildren\":0}}\n",
        leaf);
  };
  OpFixture op("bisecting_k_means", "{}", kFeatures, {"prediction"}, {{"tree.json", tree(0)}});
  EXPECT_EQ(op.Score({Dense({1.2})}), "0");
  EXPECT_EQ(op.Score({Dense({1.8})}), "1");
  EXPECT_EQ(op.Score({Dense({1.8, 0})}), "kWrongSize features");
  OpFixture wrong("bisecting_k_means", "{}", kFeatures, {"prediction"}, {{"tree.json", tree(-3)}});
  EXPECT_THAT(wrong.refusal(), HasSubstr("0 children and the index -3"));
}

std::string Mixture(const std::vector<std::vector<double>>& covariances, std::int32_t size) {
  const std::vector<std::vector<double>> means = {std::vector<double>(size, 0.0),
                                                  std::vector<double>(size, 2.0)};
  return AttributesJson({{"means", TensorListJson("double", means, {size})},
                         {"covs", TensorListJson("double", covariances, {size, size})},
                         {"weights", ListJson({0.4, 0.6})}});
}

TEST(GaussianMixture, WeighsTheDensities) {
  OpFixture op("gaussian_mixture", Mixture({{1}, {4}}, 1), kFeatures,
               {"prediction", "probability"});
  EXPECT_THAT(NumbersIn(op.Score({Dense({1})})),
              ElementsAre(1, DoubleNear(0.47818437730858926, kNear),
                          DoubleNear(0.5218156226914108, kNear)));
}

TEST(GaussianMixture, FailsAtTheRowWhereACovarianceIsNotSymmetric) {
  OpFixture asymmetric("gaussian_mixture", Mixture({{1, 0.5, 0, 1}, {1, 0, 0, 1}}, 2), kFeatures,
                       {"prediction", "probability"});
  EXPECT_EQ(asymmetric.Score({Dense({1, 1})}), "kInvalidValue features");
  OpFixture zero("gaussian_mixture", Mixture({{0, 0, 0, 0}, {1, 0, 0, 1}}, 2), kFeatures,
                 {"prediction"});
  EXPECT_EQ(zero.Score({Dense({1, 1})}), "0");
}

std::string Lda() {
  return AttributesJson({{"vocabSize", IntJson(3)},
                         {"docConcentration", ListJson({0.5, 0.5})},
                         {"topicConcentration", DoubleJson(1)},
                         {"topicMatrix", TensorJson({10, 1, 1, 1, 1, 10}, {3, 2})}});
}

TEST(LocalLda, InfersTheTopicsOfADocument) {
  OpFixture op("lda_local_model_op", Lda(), kFeatures, {"prediction"});
  EXPECT_THAT(
      NumbersIn(op.Score({Dense({2, 0, 1})})),
      ElementsAre(DoubleNear(0.6391374141531194, kNear), DoubleNear(0.36086258584688063, kNear)));
  EXPECT_EQ(op.Score({Sparse(3, {})}), "[0, 0]");
  EXPECT_EQ(op.Score({Dense({1, 1, 1, 1})}), "kIndexOutOfBounds features");
}

TEST(LocalLda, EndsOnDocumentsThatNeverSettle) {
  OpFixture op("lda_local_model_op", Lda(), kFeatures, {"prediction"});
  EXPECT_EQ(op.Score({Dense({-1e6, 3, 1})}), "kInvalidValue features");
  EXPECT_EQ(op.Score({Dense({1.0, -1.2, 0.6})}), "kTooCostly features");  // swings for ever
  const auto shares =
      NumbersIn(op.Score({Dense({1, 3, std::numeric_limits<double>::quiet_NaN()})}));
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_TRUE(std::isnan(shares[0]));
}

TEST(Als, MultipliesTheFactorsOfUserAndItem) {
  OpFixture op(
      "als",
      AttributesJson({{"rank", IntJson(2)},
                      {"users", IntListJson({7})},
                      {"items", IntListJson({9, 9})},
                      {"user_factors", TensorListJson("float", {{0.1, 0.2}}, {2})},
                      {"item_factors", TensorListJson("float", {{5, 5}, {0.3, 0.4}}, {2})}}),
      {"user", "item"}, {"prediction"});
  const auto id = [](std::int32_t x) { return Given{Value::Scalar(x), nullptr, nullptr}; };
  EXPECT_EQ(op.Score({id(7), id(9)}), "0.11000001");
  EXPECT_EQ(op.Score({id(8), id(9)}), "nan");
  op.BindTo(
      {{"user", DataType::Scalar(BasicType::kInt)}, {"item", DataType::Scalar(BasicType::kInt)}});
  EXPECT_EQ(op.Score({Null(), id(9)}), "kNullValue user");
}

}  // namespace
}  // namespace pillion::testing
