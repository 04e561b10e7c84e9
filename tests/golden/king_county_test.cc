// The demo's models on the houses that they never saw: Spark's and MLeap's recorded predictions,
// bit for bit.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstring>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/table/table.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"

namespace pillion {
namespace {

using pillion::testing::ReadFile;

const std::string kFolder = SourceDir() + "/examples/king-county/";

std::vector<double> Recorded(const std::string& model, const std::string& engine) {
  simdjson::dom::parser parser;
  const simdjson::dom::element answers = parser.load(kFolder + "answers.json");
  std::vector<double> predictions;
  for (const double prediction : answers[model][engine].get_array()) {
    predictions.push_back(prediction);
  }
  return predictions;
}

std::vector<double> Score(const std::string& model_name) {
  const auto model = Model::Load(kFolder + model_name + ".zip");
  EXPECT_TRUE(model) << model.error().Text();
  const std::string text = ReadFile(kFolder + "houses.frame.json");
  const Result<Table> frame = Table::Read({"houses.frame.json", text, TableFormat::kJson, {}});
  EXPECT_TRUE(frame) << frame.error().Text();
  const auto plan = (*model)->Bind({.inputs = frame->schema(), .outputs = {{"prediction"}}});
  EXPECT_TRUE(plan) << plan.error().Text();
  Workspace workspace(*plan);
  std::vector<double> predictions;
  for (std::size_t i = 0; i < frame->row_count(); ++i) {
    for (std::size_t k = 0; k < frame->schema().size(); ++k) {
      workspace.Input(k) = frame->Row(i)[k];
    }
    EXPECT_EQ(workspace.Score(), ScoreCode::kOk) << i;
    predictions.push_back(workspace.Output(0).float64);
  }
  return predictions;
}

class KingCounty : public ::testing::TestWithParam<const char*> {};

TEST_P(KingCounty, GivesTheRecordedBits) {
  const std::vector<double> ours = Score(GetParam());
  for (const std::string engine : {"spark", "mleap"}) {
    const std::vector<double> theirs = Recorded(GetParam(), engine);
    ASSERT_EQ(ours.size(), theirs.size());
    ASSERT_EQ(ours.size(), 200U);
    EXPECT_EQ(std::memcmp(ours.data(), theirs.data(), ours.size() * sizeof(double)), 0) << engine;
  }
}

std::string TestName(const ::testing::TestParamInfo<const char*>& parameter) {
  std::string name = parameter.param;
  name[name.find('-')] = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, KingCounty, ::testing::Values("house-lr", "house-rf"), TestName);

}  // namespace
}  // namespace pillion
