// Models on linear margins, on the examples of MLeap's behaviour.
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

const std::vector<std::string> kFeatures = {"features"};
const std::vector<std::string> kAllPorts = {"raw_prediction", "probability", "prediction"};
constexpr double kNear = 1e-14;

std::string Margin(const std::vector<double>& coefficients, double intercept,
                   const std::string& more = "") {
  std::string json = AttributesJson(
      {{"coefficients", VectorJson(coefficients)}, {"intercept", DoubleJson(intercept)}});
  json.insert(json.size() - 1, more);
  return json;
}

std::vector<double> Numbers(OpFixture& op, const Given& row) {
  EXPECT_EQ(op.refusal(), "");
  return NumbersIn(op.Score({row}));
}

std::string BinaryLogistic(const std::string& threshold = "") {
  return Margin({0.44, -0.77}, 0.66, R"(, "num_classes": {"long": 2})" + threshold);
}

TEST(LogisticRegression, BinaryGivesEachClassItsOwnProbability) {
  OpFixture op("logistic_regression", BinaryLogistic(), kFeatures, kAllPorts);
  EXPECT_THAT(Numbers(op, Dense({1, 2})), ElementsAre(0.44000000000000006, -0.44000000000000006,
                                                      DoubleNear(0.6082590307465144, kNear),
                                                      DoubleNear(0.3917409692534856, kNear), 0));
}

TEST(LogisticRegression, BinaryThresholdIsOnTheProbability) {
  const auto prediction = [](const std::string& threshold, std::vector<std::string> ports) {
    OpFixture op("logistic_regression", BinaryLogistic(R"(, "threshold": )" + threshold), kFeatures,
                 ports);
    return NumbersIn(op.Score({Dense({1, 2})})).back();
  };
  for (const std::vector<std::string>& ports :
       {std::vector<std::string>{"prediction"}, {"raw_prediction", "prediction"}, kAllPorts}) {
    EXPECT_EQ(prediction(DoubleJson(0.39), ports), 1);
    EXPECT_EQ(prediction(DoubleJson(0.4), ports), 0);
    EXPECT_EQ(prediction("{}", ports), 1);  // an empty value is 0
    EXPECT_EQ(prediction(DoubleJson(1), ports), 0);
  }
}

TEST(LogisticRegression, RefusesRowsOfAnotherSize) {
  OpFixture op("logistic_regression", BinaryLogistic(), kFeatures, kAllPorts);
  EXPECT_EQ(op.Score({Dense({1})}), "kWrongSize features");
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
}

std::string Multinomial(const std::vector<double>& intercepts, const std::string& more = "") {
  std::string json =
      AttributesJson({{"num_classes", LongJson(3)},
                      {"coefficient_matrix", TensorJson({1, 0, -1, 0.5, -0.5, 0}, {3, 2})},
                      {"intercept_vector", VectorJson(intercepts)}});
  json.insert(json.size() - 1, more);
  return json;
}

TEST(LogisticRegression, MultinomialReadsTheMatrixByColumns) {
  OpFixture op("logistic_regression", Multinomial({0.1, 0.2, 0.3}), kFeatures, kAllPorts);
  for (const Given& row : {Dense({2, 1}), Sparse(2, {{0, 2}, {1, 1}})}) {
    EXPECT_THAT(
        Numbers(op, row),
        ElementsAre(DoubleNear(2.6, kNear), DoubleNear(-0.3, kNear), DoubleNear(-1.7, kNear),
                    DoubleNear(0.9358110548741136, kNear), DoubleNear(0.05149133760355694, kNear),
                    DoubleNear(0.012697607522329417, kNear), 0));
  }
}

TEST(LogisticRegression, MultinomialSoftmaxOfExtremes) {
  const auto probability = [](std::vector<double> intercepts) {
    OpFixture op("logistic_regression", Multinomial(intercepts), kFeatures, {"probability"});
    return op.Score({Dense({0, 0})});
  };
  EXPECT_EQ(probability({1e308, 0, 0}), "[1, 0, 0]");
  // Margins far below 0 are not shifted, so their sum vanishes.
  const std::vector<double> vanished = NumbersIn(probability({-1000, -1000, -1000}));
  ASSERT_EQ(vanished.size(), 3U);
  EXPECT_TRUE(std::isnan(vanished[0]));
}

TEST(LogisticRegression, MultinomialThresholdsNeedNotMatchInLength) {
  OpFixture op("logistic_regression",
               Multinomial({0.1, 0.2, 0.3}, R"(, "thresholds": )" + ListJson({0.99, 0.01})),
               kFeatures, {"prediction"});
  EXPECT_EQ(op.Score({Dense({2, 1})}), "1");
  OpFixture none("logistic_regression",
                 Multinomial({0.1, 0.2, 0.3}, R"(, "thresholds": )" + ListJson({})), kFeatures,
                 {"prediction"});
  EXPECT_EQ(none.Score({Dense({2, 1})}), "-1");
}

TEST(LogisticRegression, RefusesInterceptsThatDoNotFitTheMatrix) {
  OpFixture op("logistic_regression", Multinomial({0.1, 0.2}), kFeatures, kAllPorts);
  EXPECT_THAT(op.refusal(), HasSubstr("intercept_vector: expected one for each of 3 rows"));
}

TEST(SupportVectorMachine, GivesItsMarginsAsProbabilities) {
  OpFixture op("support_vector_machine", Margin({1, -2}, 0.1, R"(, "num_classes": {"long": 2})"),
               kFeatures, kAllPorts);
  EXPECT_EQ(op.Score({Dense({0.5, 0.25})}), "[-0.1, 0.1]; [-0.1, 0.1]; 1");
}

TEST(LinearSvc, ComparesTheMarginWithTheThreshold) {
  const auto attributes = [](const std::string& more) {
    return Margin({1, -2}, 0.1, R"(, "num_classes": {"long": 2})" + more);
  };
  OpFixture op("linear_svc", attributes(R"(, "threshold": {})"), kFeatures,
               {"raw_prediction", "prediction"});
  EXPECT_EQ(op.Score({Dense({0.5, 0.25})}), "[-0.1, 0.1]; 1");
  OpFixture higher("linear_svc", attributes(R"(, "threshold": {"double": 0.1})"), kFeatures,
                   {"prediction"});
  EXPECT_EQ(higher.Score({Dense({0.5, 0.25})}), "0");
  OpFixture missing("linear_svc", attributes(""), kFeatures, {"prediction"});
  EXPECT_THAT(missing.refusal(), HasSubstr("threshold"));
}

TEST(LinearSvc, KnowsTwoClassesOnly) {
  OpFixture op("linear_svc", Margin({1}, 0, R"(, "num_classes": {"long": 3}, "threshold": {})"),
               kFeatures, {"prediction"});
  EXPECT_THAT(op.refusal(), HasSubstr("num_classes: expected 2, found 3"));
}

double Glm(const std::string& family, const std::string& link) {
  OpFixture op("generalized_linear_regression",
               Margin({0.3, -0.1}, 0.2,
                      R"(, "family": )" + StringJson(family) + R"(, "link": )" + StringJson(link)),
               kFeatures, {"prediction"});
  EXPECT_EQ(op.refusal(), "");
  return NumbersIn(op.Score({Dense({1, 2})})).front();
}

TEST(GeneralizedLinearRegression, TurnsTheMarginIntoAMean) {
  EXPECT_NEAR(Glm("poisson", "log"), 1.3498588075760032, kNear);
  EXPECT_NEAR(Glm("binomial", "logit"), 0.574442516811659, kNear);
  EXPECT_NEAR(Glm("binomial", "probit"), 0.6179114221889526, kNear);
  EXPECT_NEAR(Glm("binomial", "cloglog"), 0.7407231340091724, kNear);
  EXPECT_NEAR(Glm("gamma", "inverse"), 3.3333333333333335, kNear);
  EXPECT_NEAR(Glm("gaussian", "identity"), 0.3, kNear);
  EXPECT_NEAR(Glm("gaussian", "sqrt"), 0.09, kNear);
}

TEST(GeneralizedLinearRegression, KeepsTheMeanInTheFamilysRange) {
  const auto score = [](const char* family, const char* link, double x) {
    OpFixture op(
        "generalized_linear_regression",
        Margin({1}, 0, R"(, "family": )" + StringJson(family) + R"(, "link": )" + StringJson(link)),
        kFeatures, {"prediction"});
    return op.Score({Dense({x})});
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(score("gaussian", "identity", -kInfinity), "-1.7976931348623157e+308");
  EXPECT_EQ(score("binomial", "identity", 2), "0.9999999999999999");
  EXPECT_EQ(score("binomial", "identity", -1), "1e-16");
  EXPECT_EQ(score("poisson", "identity", kInfinity), "1.7976931348623157e+308");
  EXPECT_EQ(score("gamma", "identity", std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(GeneralizedLinearRegression, RefusesWhatItDoesNotKnow) {
  OpFixture op("generalized_linear_regression",
               Margin({1}, 0, R"(, "family": )" + StringJson("tweedie")), kFeatures,
               {"prediction"});
  EXPECT_THAT(op.refusal(), HasSubstr("family: expected one of gaussian"));
}

TEST(AftSurvivalRegression, GivesQuantilesOfTheWeibullDistribution) {
  OpFixture op(
      "aft_survival_regression",
      Margin({-0.5, 0.25}, 1.5,
             R"(, "scale": {"double": 0.5}, "quantile_probabilities": )" + ListJson({0.1, 0.5})),
      kFeatures, {"prediction", "quantiles"});
  EXPECT_THAT(Numbers(op, Dense({1, 2})), ElementsAre(DoubleNear(4.4816890703380645, kNear),
                                                      DoubleNear(1.4547242101138491, kNear),
                                                      DoubleNear(3.7312509012850112, kNear)));
}

TEST(IsotonicRegression, InterpolatesBetweenBoundaries) {
  OpFixture op("isotonic_regression",
               AttributesJson({{"boundaries", ListJson({0, 4, 5, 7, 8})},
                               {"predictions", ListJson({100, 200, 300, 400, 500})},
                               {"isotonic", R"({"boolean": true})"}}),
               kFeatures, {"prediction"});
  EXPECT_EQ(op.Score({Number(4)}), "200");
  EXPECT_EQ(op.Score({Number(4.5)}), "250");
  EXPECT_EQ(op.Score({Number(7.2)}), "420");
  EXPECT_EQ(op.Score({Number(-1)}), "100");
  EXPECT_EQ(op.Score({Number(9)}), "500");
  EXPECT_EQ(op.Score({Number(std::numeric_limits<double>::quiet_NaN())}), "500");
  op.BindTo({{"features", DataType::Scalar(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
}

TEST(IsotonicRegression, TakesOneEntryOfAVector) {
  OpFixture op("isotonic_regression",
               AttributesJson({{"boundaries", ListJson({0, 1})},
                               {"predictions", ListJson({10, 20})},
                               {"isotonic", "{}"},
                               {"feature_index", LongJson(1)}}),
               kFeatures, {"prediction"});
  EXPECT_EQ(op.Score({Dense({7, 0.5})}), "15");
  EXPECT_EQ(op.Score({Sparse(3, {{2, 5}})}), "10");
  EXPECT_EQ(op.Score({Dense({7})}), "kIndexOutOfBounds features");
}

}  // namespace
}  // namespace pillion::testing
