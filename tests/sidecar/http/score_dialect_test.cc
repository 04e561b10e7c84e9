// Pillion's own dialect. Prices are those that Spark gives for the example's rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <sstream>

#include "sidecar/scoring/plan_scorer.h"
#include "sidecar/scoring/score_table.h"
#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/bundle_on_disk.h"
#include "tests/support/read_file.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kJson[] = "application/json";
constexpr char kLines[] = "application/jsonl";
const std::string kExample = SourceDir() + "/examples/king-county/";

// Of the model's file, and the rows as JSON lines.
std::string HouseRows(std::size_t count) {
  simdjson::dom::parser parser;
  const simdjson::dom::element frame = parser.load(kExample + "houses.frame.json");
  std::string lines;
  for (const simdjson::dom::element row : frame["rows"]) {
    if (count-- == 0) break;
    std::string line;
    std::size_t i = 0;
    const simdjson::dom::array values = row;
    for (const simdjson::dom::element field : frame["schema"]["fields"]) {
      line += (line.empty() ? "{" : ",") + simdjson::to_string(field["name"]) + ":" +
              simdjson::to_string(values.at(i++));
    }
    lines += line + "}\n";
  }
  return lines;
}

std::vector<double> SparkPrices(std::size_t count) {
  simdjson::dom::parser parser;
  const simdjson::dom::element answers = parser.load(kExample + "answers.json");
  std::vector<double> prices;
  for (const double price : answers["house-lr"]["spark"]) {
    if (prices.size() < count) prices.push_back(price);
  }
  return prices;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class ScoreDialectTest : public ::testing::Test {
 protected:
  ScoreDialectTest() {
    registry_.Publish("small", "1", LoadBinarizers(1));
    server_.Publish(registry_);
  }

  ModelRegistry registry_ = KingCounty();
  TestHttpServer server_{{"tcp:127.0.0.1:0=score"}};
  HttpClient client_ = server_.Connect();
};

TEST_F(ScoreDialectTest, ScoresARow) {
  const std::vector<double> prices = SparkPrices(20);
  const std::vector<std::string> rows = LinesOf(HouseRows(20));
  ASSERT_EQ(rows.size(), 20U);
  simdjson::dom::parser parser;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto reply = client_.Post("/score/house?select=prediction", kJson, rows[i]);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.head, HasSubstr("Content-Type: application/json\r\n"));
    const double price = parser.parse(reply.body)["prediction"];
    EXPECT_NEAR(price, prices[i], 1e-9 * prices[i]);
  }
}

TEST_F(ScoreDialectTest, GivesWhatScoringOfflineGives) {
  const std::string rows = HouseRows(30);
  const auto version = registry_.Find("house").value();
  PlanScorer scorer(version->model().shared_from_this());
  std::ostringstream out;
  const auto writer = MakeTableWriter(TableFormat::kJsonLines, out);
  ScoreOptions options;
  options.select = std::vector<std::string>();
  for (const Field& field : version->model().outputs()) options.select->push_back(field.name);
  ASSERT_TRUE(ScoreTable(scorer, {"rows", rows, TableFormat::kJsonLines, {}}, options, *writer));
  const auto reply = client_.Post("/score/house@1", kLines, rows);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("Content-Type: application/jsonl\r\n"));
  EXPECT_EQ(reply.body, out.str());
}

TEST_F(ScoreDialectTest, EachRowOfABatchHasItsOwnOutcome) {
  const auto reply = client_.Post("/score/small?select=over", kLines,
                                  "{\"number\":1.5}\n{\"number\":\"x\"}\n{\"number\":[1]}\n"
                                  "{\"number\":\n{\"nmber\":1}\n{\"number\":-3}\n");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::vector<std::string> lines = LinesOf(reply.body);
  ASSERT_EQ(lines.size(), 6U) << reply.body;
  EXPECT_EQ(lines[0], R"({"over":1.0})");
  EXPECT_EQ(lines[5], R"({"over":0.0})");
  EXPECT_THAT(lines[1], HasSubstr(R"("status":422)"));
  EXPECT_THAT(lines[1], HasSubstr(R"("field":"number","row":2)"));
  EXPECT_THAT(lines[2], HasSubstr(R"("code":"kMalformed","field":"number","row":3)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("code":"kMalformed","row":4)"));
  EXPECT_THAT(lines[4], HasSubstr(R"("row":5)"));
  EXPECT_THAT(lines[4], HasSubstr("nmber"));
}

TEST_F(ScoreDialectTest, SaysWhatIsWrongWithARequest) {
  struct Case {
    std::string target;
    std::string type;
    std::string body;
    int status;
    std::string told;
  };
  const std::vector<Case> cases = {
      {"/score/smal", kJson, R"({"number":1})", 404, "did you mean 'small'"},
      {"/score/small@9", kJson, R"({"number":1})", 404, "no version of 'small'"},
      {"/score/small", "text/csv", "number\n1\n", 415, "application/json"},
      {"/score/small", kJson, "", 400, "rows"},
      {"/score/small", kJson, "{", 400, "body"},
      {"/score/small", kJson, R"({"number":"x"})", 422, R"("field":"number")"},
      {"/score/small", kJson, R"({"nmber":1})", 400, "number"},
      {"/score/small", kJson, "{\"number\":1}\n{\"number\":2}", 400, "application/jsonl"},
      {"/score/small?select=ovr", kJson, R"({"number":1})", 400, "over"},
      {"/score/small", kJson, std::string(100'000, '['), 400, "body"},
      {"/score/small", kJson, R"({"number":)" + std::string(5000, '['), 400, "body"},
  };
  for (const Case& c : cases) {
    const auto reply = client_.Post(c.target, c.type, c.body);
    EXPECT_EQ(reply.status, c.status) << c.target << c.body.substr(0, 50) << reply.body;
    EXPECT_THAT(reply.head, HasSubstr("Content-Type: application/problem+json\r\n"));
    EXPECT_THAT(reply.body, HasSubstr(R"({"type":"about:blank","title":")"));
    EXPECT_THAT(reply.body, HasSubstr(R"("status":)" + std::to_string(c.status)));
    EXPECT_THAT(reply.body, HasSubstr(c.told)) << c.target << c.body.substr(0, 50);
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(reply.body).error(), simdjson::SUCCESS) << reply.body;
  }
}

// In words of HTTP, not of the command line.
TEST_F(ScoreDialectTest, SaysHowToReadMissingColumnsAsNull) {
  const auto row = client_.Post("/score/house", kJson, R"({"bedrooms":3})");
  EXPECT_EQ(row.status, 400);
  EXPECT_THAT(row.body, HasSubstr("?missing-as-null=true"));
  EXPECT_THAT(row.body, Not(HasSubstr("--")));
  const auto later = client_.Post("/score/house", "application/jsonl",
                                  client_.Get("/models/house/sample").body + R"({"bedrooms":3})");
  EXPECT_THAT(later.body, HasSubstr("?missing-as-null=true"));
  EXPECT_THAT(later.body, Not(HasSubstr("--")));
}

TEST_F(ScoreDialectTest, TellsOfItsModels) {
  EXPECT_THAT(client_.Get("/models").body, HasSubstr(R"("name":"house")"));
  EXPECT_EQ(client_.Get("/models/small/schema?select=over").body,
            R"({"inputs":{"fields":[{"name":"number",)"
            R"("type":{"base":"double","isNullable":false,"type":"basic"}}]},)"
            R"("outputs":{"fields":[{"name":"over",)"
            R"("type":{"base":"double","isNullable":false,"type":"basic"}}]}})"
            "\n");
  EXPECT_EQ(client_.Get("/models/smal/schema").status, 404);
  EXPECT_EQ(client_.Get("/models/small/certificate").status, 404);
  EXPECT_THAT(client_.Get("/models/small/certificate").body, HasSubstr("no golden rows"));
}

TEST_F(ScoreDialectTest, DescribesItselfAsOpenApi) {
  simdjson::dom::parser parser;
  const std::string text =
      client_.Get("/models/house@1/openapi.json?select=prediction,scaled").body;
  const simdjson::dom::element document = parser.parse(text);
  const auto at = [&](std::string_view pointer) {
    return simdjson::to_string(document.at_pointer(pointer));
  };
  EXPECT_EQ(at("/openapi"), R"("3.1.0")");
  EXPECT_EQ(at("/info"), R"({"title":"house@1","version":"1"})");
  const std::string post = "/paths/~1score~1house@1/post";
  EXPECT_EQ(at(post + "/parameters/0/schema"), R"({"type":"string","const":"prediction,scaled"})");
  EXPECT_EQ(at(post + "/requestBody/content/application~1json/schema"),
            R"({"$ref":"#/components/schemas/Row"})");
  EXPECT_EQ(at("/components/schemas/Answer/required"), R"(["prediction","scaled"])");
  EXPECT_EQ(at("/components/schemas/Answer/properties/prediction"),
            R"({"type":"number","format":"double"})");
  EXPECT_THAT(at("/components/schemas/Answer/properties/scaled"), HasSubstr("\"dimensions\""));
  EXPECT_THAT(at("/components/schemas/Row/properties/zipcode"), HasSubstr(R"("string")"));
  EXPECT_THAT(at("/components/schemas/Row/required"), HasSubstr("zipcode"));
  EXPECT_EQ(client_.Get("/models/hous/openapi.json").status, 404);
  EXPECT_EQ(client_.Get("/models/house/openapi.json?select=pr%22ice").status, 400);
}

TEST_F(ScoreDialectTest, TakesItsOwnSample) {
  const std::string sample = client_.Get("/models/small/sample").body;
  EXPECT_EQ(sample, "{\"number\":0}\n");
  EXPECT_EQ(client_.Post("/score/small", kJson, sample).body, "{\"over\":0.0,\"under\":1.0}\n");
}

TEST_F(ScoreDialectTest, AnswersByTheVersionThatIsPublishedAndLetsTheOldOneGo) {
  const std::string row = R"({"number":1.5})";
  EXPECT_EQ(client_.Post("/score/small?select=over", kJson, row).body, "{\"over\":1.0}\n");
  std::weak_ptr<const ServedVersion> old = registry_.Find("small").value();
  registry_.Publish("small", "2", LoadBinarizers(2));
  registry_.Publish("small", "3", LoadBinarizers(2));  // a rollback no longer needs the first
  server_.Publish(registry_);
  EXPECT_EQ(client_.Post("/score/small?select=over", kJson, row).body, "{\"over\":0.0}\n");
  EXPECT_TRUE(old.expired());
}

}  // namespace
}  // namespace pillion
