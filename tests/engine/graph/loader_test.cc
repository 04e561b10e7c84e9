// Model::Load over bundles on disk: what is loaded, and that every problem is named at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/model.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

using testing::BundleOnDisk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  return names;
}

TEST(Loader, SaysWhyAKnownOpIsNotSupported) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("one")");
  bundle.Node("root/one.node", R"("inputs":[],"outputs":[])", "tensorflow", "");
  const auto model = bundle.Load();
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().Text(), HasSubstr("the op 'tensorflow' is not supported: "));
}

TEST(Loader, ChainsStagesThroughNestedPipelines) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("inner","last")");
  bundle.Pipeline("root/inner.node", R"("first")");
  bundle.Binarizer("root/inner.node/first.node", "a", "b", 1);
  bundle.Binarizer("root/last.node", "b", "c", 0.5);
  bundle.Binarizer("root/orphan.node", "x", "y", 0);
  const auto model = bundle.Load();
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_THAT(Names((*model)->inputs()), ElementsAre("a"));
  EXPECT_THAT(Names((*model)->outputs()), ElementsAre("b", "c"));

  const auto plan = (*model)->Bind({});
  ASSERT_TRUE(plan);
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Scalar(2.0);
  ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
  EXPECT_EQ(workspace.Output(0).float64, 1.0);
  EXPECT_EQ(workspace.Output(1).float64, 1.0);
}

TEST(Loader, TakesARootThatIsNoPipeline) {
  BundleOnDisk bundle;
  bundle.Binarizer("root", "a", "b", 1);
  ASSERT_TRUE(bundle.Load());
}

TEST(Loader, ListsEveryProblemWithItsPlace) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("one","two","three","four","four")");
  bundle.Node("root/one.node", R"("inputs":[],"outputs":[])", "tensor_cook", "");
  bundle.Node("root/two.node", R"("inputs":[],"outputs":[])", "linear_regression", "");
  bundle.Node("root/four.node", R"("inputs":[],"outputs":[])", "binarizer",
              R"("threshold":{"double":1},"input_shapes":{"data_shape":)"
              R"({"base":"scalar","isNullable":false}})");
  const auto model = bundle.Load();
  ASSERT_FALSE(model);
  const std::string text = model.error().Text();
  EXPECT_THAT(text, HasSubstr("root/one.node/model.json: the op 'tensor_cook' is not known"));
  EXPECT_THAT(text, HasSubstr("root/two.node/model.json: linear_regression.coefficients"));
  EXPECT_THAT(text, HasSubstr("root/two.node/model.json: linear_regression.intercept"));
  EXPECT_THAT(text, HasSubstr("root/three.node"));
  EXPECT_THAT(text, HasSubstr("root/four.node/node.json: the input port 'input'"));
  EXPECT_THAT(text, HasSubstr("'four' is listed twice"));
}

TEST(Loader, RefusesColumnsMadeTwiceOrReadBefore) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("one","two","three")");
  bundle.Binarizer("root/one.node", "a", "b", 1);
  bundle.Binarizer("root/two.node", "a", "b", 1);
  bundle.Binarizer("root/three.node", "b", "a", 1);
  const auto model = bundle.Load();
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().problems.size(), 2U) << model.error().Text();
}

// Binding would tell, but there is nothing to bind.
TEST(Loader, ListsColumnsThatDoNotFitWithTheRest) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("one","two","three")");
  bundle.Stage("root/one.node", "tokenizer", R"({"port":"input","name":"text"})",
               R"({"port":"output","name":"words"})", "");
  bundle.Binarizer("root/two.node", "words", "y", 1);
  const auto model = bundle.Load();
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().problems.size(), 3U) << model.error().Text();  // three.node has no files
  EXPECT_THAT(
      model.error().Text(),
      HasSubstr("root/two.node: the column 'words' is list of string, but binarizer needs "));
}

TEST(Loader, PutsThePathBeforeEachPlace) {
  BundleOnDisk bundle;
  bundle.Pipeline("root", R"("one","two")");
  bundle.Node("root/one.node", R"("inputs":[],"outputs":[])", "linear_regression", "");
  const auto model = bundle.Load();
  ASSERT_FALSE(model);
  ASSERT_GT(model.error().problems.size(), 3U);
  for (const Problem& problem : model.error().problems) {
    EXPECT_THAT(problem.where, ::testing::MatchesRegex("/.*/pillion-[^/]*: root/.*"))
        << problem.where;
  }
}

TEST(Loader, SuggestsAKnownOp) {
  BundleOnDisk bundle;
  bundle.Node("root", R"("inputs":[],"outputs":[])", "StringIndexer", "");
  EXPECT_THAT(bundle.Load().error().Text(), HasSubstr("did you mean 'string_indexer'?"));
}

TEST(Loader, StopsAtItsLimits) {
  BundleOnDisk bundle;
  std::string directory = "root";
  for (int depth = 0; depth < 40; ++depth) {
    bundle.Pipeline(directory, R"("p")");
    directory += "/p.node";
  }
  bundle.Binarizer(directory, "a", "b", 1);
  const auto deep = bundle.Load();
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().problems.front().code, LoadCode::kOverLimit) << deep.error().Text();

  const auto many = bundle.Load({.node_count_max = 5});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().problems.front().code, LoadCode::kOverLimit) << many.error().Text();
}

TEST(Loader, NamesAFileThatIsNotThere) {
  const auto model = Model::Load("/no/such/bundle.zip");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().problems.front().code, LoadCode::kNotFound);
}

class BindTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bundle_.Pipeline("root", R"("one","two")");
    bundle_.Binarizer("root/one.node", "a", "x", 1);
    bundle_.Binarizer("root/two.node", "b", "y", 1);
    model_ = *bundle_.Load();
  }

  BundleOnDisk bundle_;
  std::shared_ptr<const Model> model_;
};

TEST_F(BindTest, NeedsOnlyWhatTheWantedColumnsNeed) {
  const auto plan = model_->Bind({.inputs = {}, .outputs = {{"y"}}});
  ASSERT_TRUE(plan) << plan.error().Text();
  EXPECT_THAT(Names((*plan)->inputs()), ElementsAre("b"));
  EXPECT_EQ((*plan)->steps().size(), 1U);
}

TEST_F(BindTest, PassesInputColumnsThrough) {
  const auto plan = model_->Bind({.inputs = {}, .outputs = {{"b", "y"}}});
  ASSERT_TRUE(plan) << plan.error().Text();
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Scalar(0.25);
  ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
  EXPECT_EQ(workspace.Output(0).float64, 0.25);
  EXPECT_EQ(workspace.Output(1).float64, 0.0);
}

TEST_F(BindTest, CastsTheCallersTypes) {
  const Schema inputs = {{"b", DataType::Scalar(BasicType::kString)},
                         {"a", DataType::Scalar(BasicType::kInt)}};
  const auto plan = model_->Bind({.inputs = inputs, .outputs = {}});
  ASSERT_TRUE(plan) << plan.error().Text();
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Text("1.5");
  workspace.Input(1) = Value::Scalar<std::int32_t>(1);
  ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
  EXPECT_EQ(workspace.Output(0).float64, 0.0);
  EXPECT_EQ(workspace.Output(1).float64, 1.0);

  workspace.Input(0) = Value::Text("one");
  EXPECT_EQ(workspace.Score(), ScoreCode::kBadNumber);
  EXPECT_EQ(workspace.fault().column, "b");
}

TEST_F(BindTest, NullsAreRefusedWithTheirColumn) {
  const Schema inputs = {{"a", DataType::Scalar(BasicType::kDouble)},
                         {"b", DataType::Scalar(BasicType::kDouble)}};
  const auto plan = model_->Bind({.inputs = inputs, .outputs = {}});
  ASSERT_TRUE(plan);
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Scalar(1.0);
  EXPECT_EQ(workspace.Score(), ScoreCode::kNullValue);
  EXPECT_EQ(workspace.fault().column, "b");
  EXPECT_EQ(workspace.fault().stage, 1U);
}

TEST_F(BindTest, NamesWhatDoesNotFit) {
  const auto missing =
      model_->Bind({.inputs = Schema{{"a", DataType::Scalar(BasicType::kDouble)}}, .outputs = {}});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().Text(), HasSubstr("needs the column 'b', which is missing"));

  const auto uncastable =
      model_->Bind({.inputs = Schema{{"a", DataType::Scalar(BasicType::kDouble)},
                                     {"b", DataType::List(BasicType::kDouble)}},
                    .outputs = {}});
  ASSERT_FALSE(uncastable);
  EXPECT_THAT(uncastable.error().Text(), HasSubstr("the column 'b' is list of double"));

  const auto unknown = model_->Bind({.inputs = {}, .outputs = {{"z"}}});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().Text(), HasSubstr("column 'z'"));

  const auto clash = model_->Bind({.inputs = Schema{{"a", DataType::Scalar(BasicType::kDouble)},
                                                    {"b", DataType::Scalar(BasicType::kDouble)},
                                                    {"y", DataType::Scalar(BasicType::kDouble)}},
                                   .outputs = {}});
  ASSERT_FALSE(clash);
  EXPECT_THAT(clash.error().Text(), HasSubstr("makes the column 'y', which exists already"));
}

}  // namespace
}  // namespace pillion
