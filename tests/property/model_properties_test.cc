// What must hold for every model and every row, whatever they compute. A test a bundle, so that
// each is loaded once; a failure names the bundle and the row's seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "tests/property/bundles.h"
#include "tests/property/random_rows.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeeds = 40;  // rows a bundle

using ModelPtr = std::shared_ptr<const Model>;
using PlanPtr = std::shared_ptr<const Plan>;

PlanPtr Bind(const ModelPtr& model, const Model::BindOptions& options) {
  auto plan = model->Bind(options);
  return plan ? *std::move(plan) : nullptr;
}

ModelPtr Load(const fs::path& path) {
  auto model = Model::Load(path);
  return model ? *std::move(model) : nullptr;
}

// The line of `column` in a row's answer.
std::string LineOf(const std::string& answer, const std::string& column) {
  std::size_t begin = 0;
  while (begin < answer.size()) {
    const std::size_t end = answer.find('\n', begin);
    const std::string line = answer.substr(begin, end - begin + 1);
    if (line.starts_with(column + " = ")) return line;
    begin = end == std::string::npos ? answer.size() : end + 1;
  }
  return "";
}

class ModelProperties : public ::testing::TestWithParam<fs::path> {
 protected:
  // False: a bundle that is there to be refused.
  bool LoadBundle() {
    bundle_ = LayBundle(GetParam(), directory_);
    if (!bundle_) return false;
    model_ = Load(bundle_->path);
    plan_ = model_ ? Bind(model_, {}) : nullptr;
    return plan_ != nullptr;
  }

  // Each row in a workspace that has seen no other.
  void ScoreAlone() {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      rows_.push_back(RowMaker(seed).Make(plan_->inputs()));
      Workspace fresh(plan_);
      answers_.push_back(ScoreText(fresh, rows_.back().values));
    }
  }

  void ExpectSameAnswers(const PlanPtr& plan) {
    ASSERT_NE(plan, nullptr);
    ASSERT_EQ(plan->inputs(), plan_->inputs());
    ASSERT_EQ(plan->outputs(), plan_->outputs());
    Workspace workspace(plan);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      ASSERT_EQ(ScoreText(workspace, rows_[seed].values), answers_[seed]) << "seed " << seed;
    }
  }

  void ARowsAnswerDoesNotDependOnTheRowsBefore() { ExpectSameAnswers(plan_); }

  void ADirectoryIsReadAsItsArchive() {
    const TemporaryDirectory unpacked;
    Unpack(bundle_->path, unpacked);
    const auto directory = Model::Load(unpacked.path());
    ASSERT_TRUE(directory) << directory.error().Text();
    ExpectSameAnswers(Bind(*directory, {}));
  }

  void ProtobufIsReadAsJson() {
    if (!bundle_->protobuf) return;
    const auto protobuf = Model::Load(*bundle_->protobuf);
    ASSERT_TRUE(protobuf) << protobuf.error().Text();
    ExpectSameAnswers(Bind(*protobuf, {}));
  }

  void FusedStepsAnswerAsTheStepsDoOneByOne() {
    Model::BindOptions options;
    options.fuse_features = false;
    ExpectSameAnswers(Bind(model_, options));
  }

  // A row that fails may well succeed when the column that failed is not asked for.
  void ChoosingOutputsChangesNoValue() {
    for (const Field& output : plan_->outputs()) {
      Model::BindOptions options;
      options.inputs = plan_->inputs();
      options.outputs = std::vector<std::string>{output.name};
      const PlanPtr plan = Bind(model_, options);
      ASSERT_NE(plan, nullptr) << output.name;
      Workspace chosen(plan);
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        if (!answers_[seed].ends_with('\n')) continue;
        ASSERT_EQ(ScoreText(chosen, rows_[seed].values), LineOf(answers_[seed], output.name))
            << "seed " << seed;
      }
    }
  }

 private:
  TemporaryDirectory directory_;

 protected:
  std::optional<TestBundle> bundle_;
  ModelPtr model_;
  PlanPtr plan_;
  std::vector<RandomRow> rows_;       // [seed]
  std::vector<std::string> answers_;  // [seed]
};

TEST_P(ModelProperties, Hold) {
  if (!LoadBundle()) GTEST_SKIP() << "refused; tests/golden holds which bundles may be";
  ScoreAlone();
  ARowsAnswerDoesNotDependOnTheRowsBefore();
  ADirectoryIsReadAsItsArchive();
  ProtobufIsReadAsJson();
  FusedStepsAnswerAsTheStepsDoOneByOne();
  ChoosingOutputsChangesNoValue();
}

std::string SourceName(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.parent_path().filename() / info.param.stem();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Bundles, ModelProperties, ::testing::ValuesIn(BundleSources()),
                         SourceName);

}  // namespace
}  // namespace pillion::testing
