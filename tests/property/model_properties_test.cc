// What must hold for every model and every row, whatever they compute. A failure names the bundle
// and the seed.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
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

std::shared_ptr<const Plan> Bind(const ModelPtr& model, const Model::BindOptions& options) {
  auto plan = model->Bind(options);
  return plan ? *std::move(plan) : nullptr;
}

// Calls `check(model, plan)` for each bundle that loads and binds to its own inputs.
template <typename F>
void ForEachModel(F check) {
  std::size_t model_count = 0;
  for (const TestBundle& bundle : Bundles()) {
    SCOPED_TRACE(bundle.path);
    const auto model = Model::Load(bundle.path);
    if (!model) continue;
    const std::shared_ptr<const Plan> plan = Bind(*model, {});
    if (plan == nullptr) continue;
    ++model_count;
    check(bundle, *model, plan);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GE(model_count, 900U);
}

// The answers of `first` and `second` to the same rows.
void ExpectSameAnswers(const std::shared_ptr<const Plan>& first,
                       const std::shared_ptr<const Plan>& second) {
  ASSERT_EQ(first->inputs(), second->inputs());
  ASSERT_EQ(first->outputs(), second->outputs());
  Workspace one(first);
  Workspace other(second);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const RandomRow row = RowMaker(seed).Make(first->inputs());
    ASSERT_EQ(ScoreText(one, row.values), ScoreText(other, row.values)) << "seed " << seed;
  }
}

TEST(ModelProperties, ARowsAnswerDoesNotDependOnTheRowsBefore) {
  ForEachModel([](const TestBundle&, const ModelPtr&, const std::shared_ptr<const Plan>& plan) {
    Workspace used(plan);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const RandomRow row = RowMaker(seed).Make(plan->inputs());
      Workspace fresh(plan);
      ASSERT_EQ(ScoreText(used, row.values), ScoreText(fresh, row.values)) << "seed " << seed;
    }
  });
}

TEST(ModelProperties, ADirectoryIsReadAsItsArchive) {
  ForEachModel(
      [](const TestBundle& bundle, const ModelPtr& model, const std::shared_ptr<const Plan>& plan) {
        const TemporaryDirectory unpacked;
        Unpack(bundle.path, unpacked);
        const auto directory = Model::Load(unpacked.path());
        ASSERT_TRUE(directory) << directory.error().Text();
        ASSERT_EQ((*directory)->inputs(), model->inputs());
        ExpectSameAnswers(plan, Bind(*directory, {}));
      });
}

// JSON cannot hold infinities, so some recorded bundles differ from their protobuf form; their
// cases say so with an answer of their own.
TEST(ModelProperties, ProtobufIsReadAsJson) {
  ForEachModel(
      [](const TestBundle& bundle, const ModelPtr&, const std::shared_ptr<const Plan>& plan) {
        if (!bundle.protobuf) return;
        const auto protobuf = Model::Load(*bundle.protobuf);
        ASSERT_TRUE(protobuf) << protobuf.error().Text();
        ExpectSameAnswers(plan, Bind(*protobuf, {}));
      });
}

TEST(ModelProperties, FusedStepsAnswerAsTheStepsDoOneByOne) {
  ForEachModel(
      [](const TestBundle&, const ModelPtr& model, const std::shared_ptr<const Plan>& fused) {
        Model::BindOptions options;
        options.fuse_features = false;
        ExpectSameAnswers(fused, Bind(model, options));
      });
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

// A row that fails may well succeed when the column that failed is not asked for.
TEST(ModelProperties, ChoosingOutputsChangesNoValue) {
  ForEachModel([](const TestBundle&, const ModelPtr& model,
                  const std::shared_ptr<const Plan>& all) {
    Workspace everything(all);
    for (const Field& output : all->outputs()) {
      Model::BindOptions options;
      options.inputs = all->inputs();
      options.outputs = std::vector<std::string>{output.name};
      const std::shared_ptr<const Plan> plan = Bind(model, options);
      ASSERT_NE(plan, nullptr) << output.name;
      Workspace chosen(plan);
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const RandomRow row = RowMaker(seed).Make(all->inputs());
        const std::string answer = ScoreText(everything, row.values);
        if (!answer.ends_with('\n')) continue;
        ASSERT_EQ(ScoreText(chosen, row.values), LineOf(answer, output.name)) << "seed " << seed;
      }
    }
  });
}

}  // namespace
}  // namespace pillion::testing
