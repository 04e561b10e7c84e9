// XGBoost model files as models. The numbers are those of booster_models.h's trees, by hand;
// python/tests/test_xgboost.py holds real files against the library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "engine/model.h"
#include "tests/engine/formats/xgboost/booster_models.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), by);
}

class BoosterModelTest : public ::testing::TestWithParam<std::string> {
 protected:
  Result<std::shared_ptr<const Model>> Load(const std::string& bytes) const {
    std::ofstream(directory_.path() / "model.any", std::ios::binary) << bytes;
    return Model::Load(directory_.path() / "model.any");
  }
  std::string Refusal(const std::string& bytes) const {
    const auto model = Load(bytes);
    return model ? "" : model.error().Text();
  }

  const TemporaryDirectory directory_;
};

TEST_P(BoosterModelTest, AnswersAsItsTreesSay) {
  const auto model = Load(GetParam());
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ((*model)->inputs(), (Schema{{"f0", DataType::Scalar(BasicType::kDouble)}}));
  EXPECT_EQ((*model)->OptionalInputs(), std::vector<std::string>{"f0"});
  EXPECT_THAT((*model)->warnings(), IsEmpty());
  Workspace workspace(*(*model)->Bind({}));
  const auto margin = [&](const Value& value) {
    workspace.Input(0) = value;
    EXPECT_EQ(workspace.Score(), ScoreCode::kOk);
    return workspace.Output(2).float64;
  };
  const float left = 0.3F - 0.1F;
  const float right = -0.1F - 0.1F;
  EXPECT_EQ(margin(Value::Scalar(0.2)), left);
  EXPECT_EQ(workspace.Output(0).float64, 1);
  EXPECT_NEAR(workspace.Output(1).Elements<double>()[1], 0.54983401F, 1e-7);
  EXPECT_NEAR(workspace.Output(1).Elements<double>()[0], 0.45016599F, 1e-7);
  EXPECT_EQ(margin(Value::Scalar(kNan)), left);
  EXPECT_EQ(margin(Value::Null()), left);
  // As a float it is 0.5, which is not below 0.5.
  EXPECT_EQ(margin(Value::Scalar(std::nextafter(0.5, 0.0))), right);
  EXPECT_EQ(workspace.Output(0).float64, 0);
  EXPECT_EQ(margin(Value::Scalar(static_cast<double>(std::nextafter(0.5F, 0.0F)))), left);
  for (const double huge : {kInfinity, -kInfinity, 1e300}) {
    workspace.Input(0) = Value::Scalar(huge);
    EXPECT_EQ(workspace.Score(), ScoreCode::kInvalidValue);
    EXPECT_EQ(workspace.fault().column, "f0");
  }
}

INSTANTIATE_TEST_SUITE_P(Encodings, BoosterModelTest,
                         ::testing::Values(SmallJson(), SmallUbjson()));

TEST_F(BoosterModelTest, TakesItsColumnsFromTheFile) {
  const std::string named =
      Replaced(SmallJson(), R"("feature_names":[])", R"("feature_names":["age"])");
  EXPECT_EQ((*Load(named))->inputs()[0].name, "age");
  EXPECT_NE((*Load(named))->content_hash(), (*Load(SmallJson()))->content_hash());
}

TEST_F(BoosterModelTest, EachClassHasItsBaseScore) {
  std::string text = Replaced(SmallJson(), "binary:logistic", "multi:softprob");
  text = Replaced(text, R"("num_class":"0")", R"("num_class":"2")");
  text = Replaced(text, R"("tree_info":[0,0])", R"("tree_info":[0,1])");
  text = Replaced(text, R"("base_score":"5E-1")", R"("base_score":"[1E0,-2.5E-1]")");
  const auto model = Load(text);
  ASSERT_TRUE(model) << model.error().Text();
  Workspace workspace(*(*model)->Bind({}));
  workspace.Input(0) = Value::Scalar(0.2);
  ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
  EXPECT_EQ(workspace.Output(2).Elements<double>()[0], 1.0F + 0.3F);
  EXPECT_EQ(workspace.Output(2).Elements<double>()[1], -0.25F - 0.1F);
  EXPECT_EQ(workspace.Output(0).float64, 0);
  EXPECT_THAT(Refusal(Replaced(text, "[1E0,-2.5E-1]", "[1E0,2E0,3E0]")), HasSubstr("base scores"));
  EXPECT_THAT(Refusal(Replaced(text, "[1E0,-2.5E-1]", "[1E0,]")), HasSubstr("expected a number"));
}

TEST_F(BoosterModelTest, SaysWhatItCannotAnswer) {
  const auto with = [](const std::string& what, const std::string& by) {
    return Replaced(SmallJson(), what, by);
  };
  const std::string names = R"("feature_names":[])";
  EXPECT_THAT(Refusal(with(names, R"("feature_names":["a","b"])")),
              HasSubstr("model.any: learner.feature_names: expected 1, one a feature, found 2"));
  EXPECT_THAT(Refusal(with(names, R"("feature_names":["decision"])")),
              HasSubstr("what an answer is called"));
  EXPECT_THAT(Refusal(with(R"("num_target":"1")", R"("num_target":"2")")),
              HasSubstr("has 2 targets"));
  EXPECT_THAT(Refusal(with(R"("tree_info")", R"("cats":{"enc":[{}]},"tree_info")")),
              HasSubstr("categories by the names"));
  EXPECT_THAT(Refusal(with("binary:logistic", "binary:logistics")), HasSubstr("is not known"));
  EXPECT_THAT(Refusal(with(R"("num_feature":"1")", R"("num_feature":"99999999")")),
              HasSubstr("limit"));
  EXPECT_THAT(Refusal(SmallJson().substr(0, 900)), HasSubstr("model.any: "));
  const auto stopped = Load(with(R"("attributes":{})", R"("attributes":{"best_iteration":"0"})"));
  ASSERT_TRUE(stopped);
  ASSERT_EQ((*stopped)->warnings().size(), 1U);
  EXPECT_THAT((*stopped)->warnings()[0], HasSubstr("booster[:best_iteration + 1]"));
}

}  // namespace
}  // namespace pillion::testing
