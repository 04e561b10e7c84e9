// What the real MLeap answered, case by case: each bundle is scored as `pillion score` does, on the
// frames that MLeap scored; rows and bundles for which MLeap threw must be refused. docs/parity.md
// names the exceptions. Rows and answers cross the wire. A failure names its case.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "engine/model.h"
#include "engine/ops/catalog.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/table.h"
#include "tests/golden/frame_matcher.h"
#include "tests/golden/wire_scorer.h"
#include "tests/support/golden_case.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> SharedCases() {
  std::vector<fs::path> cases;
  const auto shared = SharedData();
  if (!shared || !fs::is_directory(*shared / "goldens")) return cases;
  for (const fs::directory_entry& entry : fs::directory_iterator(*shared / "goldens")) {
    if (fs::exists(entry.path() / "case.json")) cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::string CaseName(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

std::vector<std::string> OpsOf(const GoldenCase& golden) {
  simdjson::dom::parser parser;
  std::vector<std::string> ops;
  const simdjson::dom::element document = parser.parse(golden.Text("case.json"));
  for (const simdjson::dom::element op : document["ops"].get_array()) {
    ops.emplace_back(std::string_view(op));
  }
  return ops;
}

// Whether a section of docs/parity.md, where deviations and their reasons stand, names "`case`" or
// "`case/err.0`".
bool ParityNames(const std::string& section, const std::string& what) {
  static const std::string text = ReadFile(fs::path(SourceDir()) / "docs/parity.md");
  const std::size_t begin = text.find("\n## " + section + "\n");
  if (begin == std::string::npos) return false;
  const std::size_t end = text.find("\n## ", begin + 1);
  return text.substr(begin, end - begin).find("`" + what + "`") != std::string::npos;
}

bool MayAnswer(const std::string& what) {
  return ParityNames("Where MLeap fails and Pillion answers", what);
}

bool MayRefuse(const std::string& what) {
  return ParityNames("Where MLeap answers and Pillion refuses", what);
}

// Cases with a sparse vector whose indices are out of order or out of range: MLeap and the engine
// answer what comes of it, and no request may hold such a thing.
constexpr const char* kDoNotCross[] = {
    "cast_odd_sparse_into_vector", "forest_classifier_odd_features",
    "interaction_numbers",         "linear_regression_odd_features",
    "standard_scaler_odd_sparse",  "vector_assembler_no_shapes",
    "vector_indexer_kept",         "vector_indexer_one_key",
    "vector_indexer_repeated_key",
};

class GoldenTest : public ::testing::TestWithParam<fs::path> {
 protected:
  const std::string& name() const { return golden_.name; }
  bool Has(const std::string& file) const { return golden_.Has(file); }

  // The model's answers as a frame that went through the form's writer and reader.
  Result<Table> Score(const std::shared_ptr<const Model>& model, const std::string& input) {
    const std::string& text = golden_.Text(input);
    TableSource source{input, text, DetectTableFormat(text), {}};
    std::ostringstream out;
    const TableFormat form =
        source.format == TableFormat::kAvro ? TableFormat::kBinary : source.format;
    const std::unique_ptr<RowSink> writer = MakeTableWriter(form, out);
    WireScorer scorer(model);
    auto scored = ScoreTable(scorer, source, {}, *writer);
    crossed_count_ += scorer.crossed_count();
    uncrossed_.insert(uncrossed_.end(), scorer.uncrossed().begin(), scorer.uncrossed().end());
    if (!scored) return tl::unexpected(std::move(scored).error());
    const std::string answers = out.str();
    return Table::Read({"answers", answers, form, {}});
  }

  Table ReadFrame(const std::string& file) const {
    const std::string& text = golden_.Text(file);
    auto frame = Table::Read({file, text, DetectTableFormat(text), {}});
    if (frame) return *std::move(frame);
    ADD_FAILURE() << frame.error().Text();
    return Table();
  }

  void ExpectAnswers(const std::shared_ptr<const Model>& model, const std::string& input,
                     const std::string& expected) {
    SCOPED_TRACE(input + " -> " + expected);
    const Result<Table> answers = Score(model, input);
    ASSERT_TRUE(answers) << answers.error().Text();
    const Table frame = ReadFrame(expected);
    EXPECT_EQ(expected.ends_with(".avro") ? FindValueDifference(*answers, frame, exactness_)
                                          : FindDifference(*answers, frame, exactness_),
              "");
  }

  void ExpectRefused(const std::shared_ptr<const Model>& model, const std::string& input,
                     const std::string& error) {
    const Result<Table> answers = Score(model, input);
    EXPECT_FALSE(answers) << input << " is answered; MLeap throws " << golden_.Text(error);
  }

  void ExpectRowsRefused(const std::shared_ptr<const Model>& model) {
    for (int i = 0;; ++i) {
      const std::string number = std::to_string(i);
      const std::string error = "expected.err." + number + ".txt";
      if (!Has(error)) return;
      if (MayAnswer(name() + "/err." + number)) continue;
      const std::string frame = "frame.err." + number;
      ExpectRefused(model, Has(frame + ".json") ? frame + ".json" : frame + ".bin", error);
    }
  }

  // A bundle's answers to "frame.json", "frame.bin" or "frame.avro".
  void ExpectForm(const std::shared_ptr<const Model>& model, bool protobuf,
                  const std::string& form) {
    const std::string input = "frame" + form;
    if (!Has(input)) return;
    if (const std::string error = "expected.pb" + form + ".err.txt"; protobuf && Has(error)) {
      return ExpectRefused(model, input, error);
    }
    const bool fresh = Has("expected.fresh.json") || Has("expected.fresh.bin");
    std::string expected = (fresh ? "expected.fresh" : "expected") + form;
    if (protobuf && Has("expected.pb" + form)) expected = "expected.pb" + form;
    ExpectAnswers(model, input, expected);
  }

  // A bundle as its zip; where tests/golden/zips has the zip that an exporter packed, that one too.
  void ExpectBundle(const std::string& bundle) {
    if (!Has(bundle)) return;
    ExpectCase(bundle, directory_.Write(bundle, golden_.Text(bundle)));
    const fs::path packed = fs::path(SourceDir()) / "tests/golden/zips" / (name() + "." + bundle);
    if (fs::exists(packed)) ExpectCase(bundle, packed);
  }

  void ExpectCase(const std::string& bundle, const fs::path& zip) {
    SCOPED_TRACE(zip);
    const auto model = Model::Load(zip);
    if (Has("expected.load.err.txt")) {
      EXPECT_TRUE(MayAnswer(name()) || !IsLoadedAndBound(model)) << "is loaded";
      return;
    }
    if (!model && (MayRefuse(name()) || !IsAnsweredByMLeap())) return;
    ASSERT_TRUE(model) << model.error().Text();
    const bool protobuf = bundle == "model.pb.zip";
    ExpectForm(*model, protobuf, ".json");
    ExpectForm(*model, protobuf, ".bin");
    ExpectForm(*model, protobuf, ".avro");
    ExpectRowsRefused(*model);
  }

  // Where MLeap loads a bundle and then fails for every row, to refuse the bundle is better.
  bool IsAnsweredByMLeap() const {
    return std::any_of(golden_.files.begin(), golden_.files.end(), [](const auto& file) {
      return file.first.starts_with("expected") && file.first.find(".err.") == std::string::npos;
    });
  }

  // The same bundle in MLeap's other runtime for XGBoost.
  void ExpectPredictor() {
    if (!Has("expected.predictor.json")) return;
    SCOPED_TRACE("by the predictor");
    LoadOptions options;
    options.xgboost_runtime = XgboostRuntime::kPredictor;
    const auto model =
        Model::Load(directory_.Write("model.zip", golden_.Text("model.zip")), options);
    ASSERT_TRUE(model) << model.error().Text();
    ExpectAnswers(*model, "frame.json", "expected.predictor.json");
  }

  static bool IsLoadedAndBound(const Result<std::shared_ptr<const Model>>& model) {
    return model && (*model)->Bind({});
  }

  GoldenCase golden_ = ReadGoldenCase(GetParam());
  TemporaryDirectory directory_;
  Exactness exactness_ = Exactness::kBits;
  // Rows that went over the wire, and why others did not.
  std::size_t crossed_count_ = 0;
  std::vector<std::string> uncrossed_;
};

TEST_P(GoldenTest, AnswersAsMLeapDoes) {
  for (const std::string& op : OpsOf(golden_)) {
    if (const OpRow* row = FindOp(op)) exactness_ = std::max(exactness_, row->exactness);
  }
  ASSERT_TRUE(Has("model.zip") || Has("model.pb.zip"));
  ExpectBundle("model.zip");
  ExpectBundle("model.pb.zip");
  ExpectPredictor();
  const bool crosses = !std::ranges::count(kDoNotCross, name());
  EXPECT_EQ(uncrossed_.empty(), crosses) << ::testing::PrintToString(uncrossed_);
  EXPECT_TRUE(crossed_count_ > 0 || !crosses || !IsAnsweredByMLeap() || MayRefuse(name()));
}

TEST(GoldenWire, CarriesAllCasesButTheNamed) {
  std::vector<std::string> names;
  for (const fs::path& path : RecordedCases()) names.push_back(path.stem());
  for (const char* name : kDoNotCross) EXPECT_EQ(std::ranges::count(names, name), 1) << name;
  EXPECT_GE(names.size() - std::size(kDoNotCross), 1031U);
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenTest, ::testing::ValuesIn(RecordedCases()), CaseName);
INSTANTIATE_TEST_SUITE_P(Shared, GoldenTest, ::testing::ValuesIn(SharedCases()), CaseName);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenTest);  // golden_cases_test.cc wants each

TEST(GoldenShared, IsWhole) {
  if (!SharedData()) GTEST_SKIP() << kNoSharedData;
  EXPECT_GE(SharedCases().size(), 130U);
}

}  // namespace
}  // namespace pillion::testing
