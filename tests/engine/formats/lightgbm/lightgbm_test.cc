// LightGBM's model files as models, against what the library answered: recorded/, by record.py.
// python/tests/test_lightgbm.py holds more of them against the library itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/model.h"
#include "tests/support/op_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

std::string Recorded(const std::string& name) {
  return SourceDir() + "/tests/engine/formats/lightgbm/recorded/" + name;
}

// Rows of numbers, NaN among them.
std::vector<std::vector<double>> ReadNumbers(const std::string& path) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(ReadFile(path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<double>& row = rows.emplace_back();
    for (std::string word; words >> word;) row.push_back(std::stod(word));
  }
  return rows;
}

class RecordedModel : public ::testing::TestWithParam<std::string> {};

TEST_P(RecordedModel, AnswersAsTheLibraryDid) {
  constexpr std::size_t kFeatures = 4;
  const auto model = Model::Load(Recorded(GetParam() + ".txt"));
  ASSERT_TRUE(model) << model.error().Text();
  ASSERT_EQ((*model)->inputs().size(), kFeatures);
  EXPECT_EQ((*model)->inputs()[0].name, "Column_0");
  EXPECT_EQ((*model)->OptionalInputs().size(), kFeatures);
  Workspace workspace(*(*model)->Bind({}));
  const auto rows = ReadNumbers(Recorded(GetParam() + ".answers"));
  ASSERT_GE(rows.size(), 40U);
  for (const std::vector<double>& row : rows) {
    for (std::size_t i = 0; i < kFeatures; ++i) {
      workspace.Input(i) = std::isnan(row[i]) ? Value::Null() : Value::Scalar(row[i]);
    }
    ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
    const std::size_t classes = (row.size() - kFeatures) / 2;
    const double* const predicted = row.data() + kFeatures;
    const double* const raw = predicted + classes;
    if (GetParam() == "three") {
      const auto probability = workspace.Output(1).Elements<double>();
      const auto decision = workspace.Output(2).Elements<double>();
      EXPECT_THAT(probability, ::testing::ElementsAreArray(predicted, classes));
      EXPECT_THAT(decision, ::testing::ElementsAreArray(raw, classes));
      const auto best = std::max_element(predicted, predicted + classes) - predicted;
      EXPECT_EQ(workspace.Output(0).float64, static_cast<double>(best));
    } else if (GetParam() == "binary") {
      EXPECT_EQ(workspace.Output(1).Elements<double>()[1], predicted[0]);
      EXPECT_EQ(workspace.Output(1).Elements<double>()[0], 1 - predicted[0]);
      EXPECT_EQ(workspace.Output(2).float64, raw[0]);
      EXPECT_EQ(workspace.Output(0).float64, predicted[0] > 0.5 ? 1 : 0);
    } else {
      EXPECT_EQ(workspace.Output(0).float64, predicted[0]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, RecordedModel,
                         ::testing::Values("binary", "three", "zeros", "forest"));

// Feature 0 at most 0.5 gives -1, otherwise feature 1 at most 2 gives 1, otherwise 3.
constexpr char kSmall[] =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\n"
    "objective=regression\nfeature_names=a b\nfeature_infos=none none\ntree_sizes=9\n\n"
    "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 2\ndecision_type=2 2\n"
    "left_child=-1 -2\nright_child=1 -3\nleaf_value=-1 1 3\nis_linear=0\nshrinkage=1\n\n\n"
    "end of trees\n\npandas_categorical:null\n";

class LightgbmFile : public ::testing::Test {
 protected:
  Result<std::shared_ptr<const Model>> Load(const std::string& text) const {
    std::ofstream(directory_.path() / "m.txt", std::ios::binary) << text;
    return Model::Load(directory_.path() / "m.txt");
  }
  std::string Refusal(const std::string& what, const std::string& by) const {
    std::string text = kSmall;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    const auto model = Load(text.replace(at, what.size(), by));
    return model ? "" : model.error().Text();
  }

  const TemporaryDirectory directory_;
};

TEST_F(LightgbmFile, IsReadWithEitherEndOfLine) {
  std::string dos;
  for (const char c : std::string(kSmall)) dos += c == '\n' ? "\r\n" : std::string(1, c);
  for (const std::string& text : {std::string(kSmall), dos}) {
    const auto model = Load(text);
    ASSERT_TRUE(model) << model.error().Text();
    Workspace workspace(*(*model)->Bind({}));
    workspace.Input(0) = Value::Scalar(0.7);
    workspace.Input(1) = Value::Scalar(2.0);
    ASSERT_EQ(workspace.Score(), ScoreCode::kOk);
    EXPECT_EQ(workspace.Output(0).float64, 1);
  }
}

TEST_F(LightgbmFile, IsRefusedWithItsLine) {
  EXPECT_EQ(Refusal("a b", "a b"), "");
  EXPECT_THAT(Refusal("feature_names=a b", "feature_names=a"),
              HasSubstr("m.txt: feature_names: expected 2"));
  EXPECT_THAT(Refusal("feature_names=a b", "feature_names=a prediction"),
              HasSubstr("'prediction' stands there twice, or is what an answer is called"));
  EXPECT_THAT(Refusal("regression", "regresion"), HasSubstr("'regresion' is not known"));
  EXPECT_THAT(Refusal("regression", "binary sigmoid:x"), HasSubstr("found 'sigmoid:x'"));
  EXPECT_THAT(Refusal("threshold=0.5 2", "threshold=0.5 two"),
              HasSubstr("m.txt: line 16: expected a number, found 'two'"));
  EXPECT_THAT(Refusal("threshold=0.5 2", "threshold=0.5"), HasSubstr("1 elements for 2 nodes"));
  EXPECT_THAT(Refusal("leaf_value=-1 1 3", "leaf_value=-1 1"), HasSubstr("has 2 leaf values"));
  EXPECT_THAT(Refusal("split_feature=0 1", "split_feature=0 2"), HasSubstr("feature 2 of 2"));
  EXPECT_THAT(Refusal("left_child=-1 -2", "left_child=-1 0"), HasSubstr("make no tree"));
  EXPECT_THAT(Refusal("right_child=1 -3", "right_child=2 -3"), HasSubstr("make no tree"));
  EXPECT_THAT(Refusal("right_child=1 -3", "right_child=1 -4"), HasSubstr("make no tree"));
  EXPECT_THAT(Refusal("decision_type=2 2", "decision_type=2 14"), HasSubstr("is not known"));
  EXPECT_THAT(Refusal("decision_type=2 2", "decision_type=2 1"), HasSubstr("categories"));
  EXPECT_THAT(Refusal("is_linear=0", "is_linear=1"), HasSubstr("linear trees"));
  EXPECT_THAT(Refusal("end of trees", "end of tree"), HasSubstr("expected a tree"));
  EXPECT_THAT(Refusal("Tree=0", "Tree=1"), HasSubstr("expected Tree=0"));
  EXPECT_THAT(Refusal("tree_per_iteration=1", "tree_per_iteration=2"),
              HasSubstr("expected 2 trees an iteration, found 1 in all"));
  EXPECT_THAT(Refusal("max_feature_idx=1", "max_feature_idx=99999999"), HasSubstr("below"));
  EXPECT_THAT(Refusal("max_feature_idx=1\n", ""), HasSubstr("max_feature_idx"));
  EXPECT_THAT(Refusal("categorical:null", "categorical:[[\"r\"]]"), HasSubstr("OrdinalEncoder"));
}

TEST_F(LightgbmFile, IsRefusedWhereverItIsCutOff) {
  const std::string text = kSmall;
  for (std::size_t size = 0; size < text.find("end of trees"); ++size) {
    EXPECT_FALSE(Load(text.substr(0, size))) << size;
  }
}

OpFixture InBundle(const std::string& text, std::vector<std::string> outputs) {
  return OpFixture("lightgbm", "{}", {"features"}, std::move(outputs), {{"lightgbm.txt", text}});
}

TEST(LightgbmOp, ReadsAVector) {
  OpFixture op = InBundle(kSmall, {"prediction"});
  ASSERT_EQ(op.refusal(), "");
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(op.Score({Dense({0.5, 7})}), "-1");
  EXPECT_EQ(op.Score({Dense({std::nextafter(0.5, 1), 2})}), "1");
  EXPECT_EQ(op.Score({Dense({kInfinity, std::nextafter(2, 3)})}), "3");
  EXPECT_EQ(op.Score({Dense({kNan, 7})}), "-1");  // without missing values in training it is 0
  EXPECT_EQ(op.Score({Sparse(2, {{0, 1}})}), "1");
  EXPECT_EQ(op.Score({Dense({1})}), "kWrongSize features");
  EXPECT_EQ(op.Score({Dense({1, 2, 3})}), "kWrongSize features");
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
}

TEST(LightgbmOp, AnswersAnyPartOfItsOutputs) {
  std::string binary = kSmall;
  binary.replace(binary.find("regression"), 10, "binary sigmoid:1");
  EXPECT_EQ(InBundle(binary, {"decision"}).Score({Dense({1, 3})}), "3");
  EXPECT_EQ(InBundle(binary, {"prediction"}).Score({Dense({0, 3})}), "0");
  EXPECT_EQ(InBundle(binary, {"decision", "prediction"}).Score({Dense({1, 3})}), "1; 3");
}

TEST(LightgbmOp, IsRefusedWithItsFileAndLine) {
  std::string text = kSmall;
  text.replace(text.find("threshold=0.5 2"), 15, "threshold=0.5 two");
  EXPECT_THAT(InBundle(text, {"prediction"}).refusal(),
              HasSubstr("lightgbm.txt: line 16: expected a number, found 'two'"));
  EXPECT_THAT(InBundle(kSmall, {"probability"}).refusal(),
              HasSubstr("'prediction' of lightgbm is missing"));
  EXPECT_THAT(OpFixture("lightgbm", "{}", {"features"}, {"prediction"}).refusal(),
              HasSubstr("lightgbm.txt"));
}

}  // namespace
}  // namespace pillion::testing
