// What a model does without: columns that no wanted output needs, the label's among them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> NamesOf(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  return names;
}

// A label's indexer that removes rows, and a binarizer behind an imputer.
class MissingInputsTest : public ::testing::Test {
 protected:
  MissingInputsTest() {
    bundle_.Pipeline("root", R"("label","fill","mark")");
    bundle_.Stage("root/label.node", "string_indexer", R"({"port":"input0","name":"species"})",
                  R"({"port":"output0","name":"label"})",
                  R"("labels_length":{"int":1},"handle_invalid":{"string":"skip"},)"
                  R"("labels_array_0":{"type":"list","string":["cat","dog"]})");
    bundle_.Stage("root/fill.node", "imputer", R"({"port":"input","name":"weight"})",
                  R"({"port":"output","name":"filled"})",
                  R"("surrogate_value":{"double":1.5},"strategy":{"string":"mean"})");
    bundle_.Binarizer("root/mark.node", "filled", "heavy", 1.0);
    model_ = bundle_.Load().value();
  }

  static Model::BindOptions Options(std::vector<Field> given, std::vector<std::string> outputs) {
    Model::BindOptions options;
    options.inputs = std::move(given);
    options.outputs = std::move(outputs);
    return options;
  }

  BundleOnDisk bundle_;
  std::shared_ptr<const Model> model_;
  const Field weight_ = {"weight", DataType::Scalar(BasicType::kDouble)};
  const Field species_ = {"species", DataType::Scalar(BasicType::kString)};
};

TEST_F(MissingInputsTest, ALabelThatIsAbsentAltogetherIsLeftOut) {
  const auto plan = model_->Bind(Options({weight_}, {"heavy"}));
  ASSERT_TRUE(plan) << plan.error().Text();
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Scalar(2.0);
  EXPECT_EQ(workspace.Score(), ScoreCode::kOk);
  EXPECT_EQ(workspace.Output(0).float64, 1);
  EXPECT_THAT(model_->MissingInputs(Options({weight_}, {"heavy"})), IsEmpty());
}

TEST_F(MissingInputsTest, ALabelThatIsThereRemovesRows) {
  const auto plan = model_->Bind(Options({weight_, species_}, {"heavy"}));
  ASSERT_TRUE(plan) << plan.error().Text();
  Workspace workspace(*plan);
  workspace.Input(0) = Value::Scalar(2.0);
  workspace.Input(1) = Value::Text("cow");
  EXPECT_EQ(workspace.Score(), ScoreCode::kSkipped);
}

TEST_F(MissingInputsTest, AWantedOutputNeedsItsColumns) {
  EXPECT_THAT(NamesOf(model_->MissingInputs(Options({weight_}, {"label", "heavy"}))),
              ElementsAre("species"));
  EXPECT_THAT(NamesOf(model_->MissingInputs(Options({}, {"heavy"}))), ElementsAre("weight"));
  const auto plan =
      model_->Bind(Options({{"Weight", DataType::Scalar(BasicType::kDouble)}}, {"heavy"}));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().Text(), HasSubstr("needs the column 'weight', which is missing; did "
                                             "you mean 'Weight'?"));
}

TEST_F(MissingInputsTest, WhatOnlyAnImputerReadsIsOptional) {
  EXPECT_THAT(model_->OptionalInputs(), ElementsAre("weight"));
}

}  // namespace
}  // namespace pillion::testing
