// Golden rows against models. The answers expected are those that MLeap recorded for the example.
#include "sidecar/certificate/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "sidecar/certificate/difference.h"
#include "sidecar/table/json_text.h"
#include "tests/support/bundle_on_disk.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

const std::string kExample = SourceDir() + "/examples/king-county/";

std::vector<double> PricesByMLeap() {
  simdjson::dom::parser parser;
  const simdjson::dom::element answers = parser.load(kExample + "answers.json");
  std::vector<double> prices;
  for (const double price : answers["house-lr"]["mleap"].get_array()) prices.push_back(price);
  return prices;
}

// Golden rows of the example, with these prices.
std::string GoldenText(const std::vector<double>& prices, const std::string& head = "") {
  simdjson::dom::parser parser;
  const simdjson::dom::element frame = parser.load(kExample + "houses.frame.json");
  std::ostringstream text;
  text.precision(17);
  text << "{" << head << "\"rows\":[";
  std::size_t count = 0;
  for (const simdjson::dom::array values : frame["rows"].get_array()) {
    if (count == prices.size()) break;
    text << (count++ == 0 ? "{" : ",{");
    std::size_t i = 0;
    for (const simdjson::dom::element field : frame["schema"]["fields"]) {
      text << (i == 0 ? "" : ",") << simdjson::to_string(field["name"]) << ":"
           << simdjson::to_string(values.at(i));
      ++i;
    }
    text << "}";
  }
  text << "],\"answers\":[";
  for (std::size_t i = 0; i < prices.size(); ++i) {
    text << (i == 0 ? "" : ",") << "{\"prediction\":" << prices[i] << "}";
  }
  text << "]}";
  return text.str();
}

std::shared_ptr<const Model> LoadHouse() { return *Model::Load(kExample + "house-lr.zip"); }

Certificate CertifyHouse(const std::string& text) {
  const auto model = LoadHouse();
  const auto golden = ReadGoldenRows("golden.json", text, *model);
  EXPECT_TRUE(golden) << golden.error().Text();
  auto certificate = Certify(model, *golden);
  EXPECT_TRUE(certificate) << certificate.error().Text();
  return *certificate;
}

// The error of golden rows that cannot be used with the house model.
std::string Refusal(const std::string& text) {
  const auto model = LoadHouse();
  const auto golden = ReadGoldenRows("golden.json", text, *model);
  if (!golden) return golden.error().Text();
  const auto certificate = Certify(model, *golden);
  return certificate ? "" : certificate.error().Text();
}

TEST(Certificate, HoldsForWhatMLeapAnswered) {
  const Certificate certificate =
      CertifyHouse(GoldenText(PricesByMLeap(), R"("made_by":"MLeap 0.20.0",)"));
  EXPECT_TRUE(certificate.Holds());
  EXPECT_EQ(certificate.FirstMiss(), "");
  EXPECT_EQ(certificate.made_by, "MLeap 0.20.0");
  EXPECT_EQ(certificate.row_count, 200U);
  ASSERT_EQ(certificate.columns.size(), 1U);
  EXPECT_EQ(certificate.columns[0].name, "prediction");
  EXPECT_EQ(certificate.columns[0].equal, 200U);
  EXPECT_EQ(certificate.columns[0].ulps_most, 0U);
}

TEST(Certificate, TellsTheRowOfALastBit) {
  std::vector<double> prices = PricesByMLeap();
  prices[6] = std::nextafter(std::nextafter(prices[6], 0), 0);
  prices[9] = std::nextafter(prices[9], 0);
  const Certificate certificate = CertifyHouse(GoldenText(prices));
  EXPECT_FALSE(certificate.Holds());
  EXPECT_EQ(certificate.columns[0].equal, 198U);
  EXPECT_EQ(certificate.columns[0].ulps_most, 2U);
  EXPECT_GT(certificate.columns[0].difference_most, 0);
  ASSERT_TRUE(certificate.columns[0].miss);
  EXPECT_EQ(certificate.columns[0].miss->row, 7U);
  EXPECT_THAT(certificate.FirstMiss(), HasSubstr("row 7, column 'prediction': expected "));
  EXPECT_THAT(certificate.FirstMiss(), HasSubstr("(2 ulps apart, 0 allowed)"));

  EXPECT_EQ(CertifyHouse(GoldenText(prices, R"("ulps":{"prediction":1},)")).columns[0].miss->row,
            7U);
  EXPECT_TRUE(CertifyHouse(GoldenText(prices, R"("ulps":{"prediction":2},)")).Holds());
}

TEST(Certificate, CountsTheUlpsBetweenTwoSigns) {
  std::vector<double> prices = PricesByMLeap();
  prices[0] = -prices[0];  // twice the doubles from 0 to a price: more than std::int64_t holds
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  WriteCertificate(CertifyHouse(GoldenText(prices)), json);
  EXPECT_THAT(text, HasSubstr(R"("ulps_most":937)"));
}

TEST(Certificate, RefusesWhatIsNoGoldenRow) {
  const std::string good = GoldenText({1, 2});
  EXPECT_THAT(Refusal("[]"), HasSubstr("golden.json: expected a JSON object"));
  EXPECT_THAT(Refusal("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(Refusal(R"({"rows":[]})"), HasSubstr("'answers' is missing"));
  EXPECT_THAT(Refusal(R"({"row":[]})"),
              HasSubstr("row: there is no such key; did you mean 'rows'"));
  EXPECT_THAT(Refusal(R"({"rows":{},"answers":[]})"), HasSubstr("expected an array of objects"));
  EXPECT_THAT(Refusal(R"({"rows":[],"answers":[]})"), HasSubstr("at least one answer"));
  EXPECT_THAT(Refusal(R"({"rows":[],"answers":[{"predicton":1}]})"),
              HasSubstr("the model makes no column 'predicton'; did you mean 'prediction'?"));
  EXPECT_THAT(Refusal(R"({"ulps":{"prediction":-1},"rows":[],"answers":[]})"),
              HasSubstr("ulps.prediction: expected a whole number from 0 on"));
  EXPECT_THAT(Refusal(GoldenText({1}, R"("ulps":{"price":1},)")),
              HasSubstr("no answer has a column 'price'"));
  EXPECT_THAT(Refusal(R"({"rows":[{"bedrooms":1}],"answers":[{"prediction":1}]})"),
              HasSubstr("golden.json: rows"));
  EXPECT_THAT(Refusal(R"({"rows":[],"answers":[{"prediction":"dear"}]})"),
              HasSubstr("golden.json: answers: row 1, column 'prediction'"));
  EXPECT_THAT(Refusal(good.substr(0, good.rfind(",{")) + "]}"),
              HasSubstr("found 2 rows and 1 answers"));
}

TEST(Certificate, ARowThatIsRefusedIsNoAnswer) {
  std::string text = GoldenText({1, 2});
  const std::size_t value = text.rfind("\"bedrooms\":") + 11;
  text.replace(value, text.find(',', value) - value, "null");
  EXPECT_THAT(Refusal(text), HasSubstr("golden.json: rows: row 2, column 'bedrooms'"));
}

// number > 1 -> over.
class SmallModel : public ::testing::Test {
 protected:
  SmallModel() {
    bundle_.Pipeline("root", R"("over")");
    bundle_.Binarizer("root/over.node", "number", "over", 1);
  }
  std::shared_ptr<const Model> Load() const { return *Model::Load(bundle_.root()); }

  static constexpr char kRight[] =
      R"({"rows":[{"number":2},{"number":1},{"number":NaN}],
          "answers":[{"over":1},{"over":0},{"over":0}]})";
  testing::BundleOnDisk bundle_;
};

TEST_F(SmallModel, GoldenRowsInTheBundleComeBeforeThoseBeside) {
  const testing::TemporaryDirectory directory;
  const auto at = directory.path() / "7/bundle";
  std::filesystem::create_directories(at.parent_path());
  std::filesystem::copy(bundle_.root(), at, std::filesystem::copy_options::recursive);
  auto model = *Model::Load(at);
  EXPECT_FALSE(*FindGoldenRows(at, *model));
  std::ofstream(directory.path() / "7/golden.json") << kRight;
  EXPECT_EQ((*FindGoldenRows(at, *model))->place, (directory.path() / "7/golden.json").string());
  const ContentHash before = model->content_hash();
  std::ofstream(at / "golden.json") << kRight;
  model = *Model::Load(at);
  EXPECT_EQ((*FindGoldenRows(at, *model))->place, at.string() + ": golden.json");
  EXPECT_EQ(model->content_hash(), before) << "the version's name would change with it";
  EXPECT_TRUE(Certify(model, **FindGoldenRows(at, *model))->Holds());
}

TEST_F(SmallModel, WhatIsWrittenHolds) {
  const auto model = Load();
  const auto golden = ReadGoldenRows("g", kRight, *model);
  ASSERT_TRUE(golden) << golden.error().Text();
  const auto rows = Table::Read({"rows", golden->rows, TableFormat::kJsonLines, model->inputs()});
  ASSERT_TRUE(rows);
  const auto text = WriteGoldenRows(*model, *rows, golden->answers, "a \"b\"", {{"over", 3}});
  ASSERT_TRUE(text) << text.error().Text();
  const auto again = ReadGoldenRows("again", *text, *model);
  ASSERT_TRUE(again) << again.error().Text() << *text;
  EXPECT_EQ(again->made_by, "a \"b\"");
  EXPECT_EQ(again->UlpsAllowed("over"), 3U);
  EXPECT_EQ(Certify(model, *again)->row_count, 3U);
  EXPECT_TRUE(Certify(model, *again)->Holds());
}

}  // namespace
}  // namespace pillion
