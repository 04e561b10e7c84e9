// The calls of MLeap's first server. Prices are those that Spark gives for the example's rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>

#include "sidecar/table/table.h"
#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/read_file.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

constexpr char kJson[] = "application/json";
const std::string kExample = SourceDir() + "/examples/king-county/";

class MleapDialectTest : public ::testing::Test {
 protected:
  MleapDialectTest() { server_.Publish(KingCounty()); }

  // Of the example's rows, in the last column of a frame in the form.
  static void ExpectPrices(const std::string& body, TableFormat format) {
    const auto frame = Table::Read({"answer", body, format, {}});
    ASSERT_TRUE(frame) << frame.error().Text();
    simdjson::dom::parser parser;
    const simdjson::dom::array prices = parser.load(kExample + "answers.json")["house-lr"]["spark"];
    ASSERT_EQ(frame->row_count(), prices.size());
    EXPECT_EQ(frame->schema().front().name, "bedrooms");
    EXPECT_EQ(frame->schema().back().name, "prediction");
    for (std::size_t i = 0; i < prices.size(); ++i) {
      const double price = prices.at(i);
      EXPECT_NEAR(frame->Row(i).back().float64, price, 1e-9 * std::abs(price)) << i;
    }
  }
  HttpClient::Reply Transform(const std::string& type, const std::string& accept,
                              const std::string& body) {
    return client_
        .Send("POST /transform HTTP/1.1\r\nHost: t\r\nContent-Type: " + type + "\r\nAccept: " +
              accept + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
        .Read();
  }

  const std::string frame_ = testing::ReadFile(kExample + "houses.frame.json");
  TestHttpServer server_{{"tcp:127.0.0.1:0=mleap"}};
  HttpClient client_ = server_.Connect();
};

TEST_F(MleapDialectTest, TransformsFramesInEachFormItWrites) {
  const auto json = client_.Post("/transform", kJson, frame_);
  ASSERT_EQ(json.status, 200) << json.body;
  EXPECT_THAT(json.head, HasSubstr("Content-Type: application/json\r\n"));
  ExpectPrices(json.body, TableFormat::kJson);

  const auto binary = Transform(kJson, "text/html, application/binary;q=0.9", frame_);
  ASSERT_EQ(binary.status, 200) << binary.body;
  EXPECT_THAT(binary.head, HasSubstr("Content-Type: application/binary\r\n"));
  ExpectPrices(binary.body, TableFormat::kBinary);

  // What came out goes in: the model's own columns count.
  const auto again = Transform("application/binary", "*/*", binary.body);
  ASSERT_EQ(again.status, 200) << again.body;
  ExpectPrices(again.body, TableFormat::kJson);
}

TEST_F(MleapDialectTest, DescribesTheModelByInputsAndOutputs) {
  const auto reply = client_.Get("/model");
  ASSERT_EQ(reply.status, 200);
  simdjson::dom::parser parser;
  std::vector<std::string_view> names;
  for (const simdjson::dom::element field : parser.parse(reply.body)["fields"]) {
    names.push_back(field["name"]);
  }
  EXPECT_EQ(names.size(), 23U);  // 17 and 6, as the example's README has them
  EXPECT_EQ(names.back(), "prediction");
}

TEST_F(MleapDialectTest, SaysWhatIsWrong) {
  const std::string first = "[2.0, 1.5, 1190.0";
  const std::string null_in_it =
      std::string(frame_).replace(frame_.find(first), first.size(), "[null, 1.5, 1190.0");
  const auto refused = Transform(kJson, "*/*", null_in_it);
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("row 1"));
  EXPECT_THAT(refused.body, HasSubstr("null"));
  EXPECT_EQ(Transform(kJson, "*/*", R"({"schema":{"fields":[]},"rows":[]})").status, 500);
  EXPECT_EQ(Transform(kJson, "*/*", "{").status, 400);
  EXPECT_EQ(Transform(kJson, "*/*", "").status, 400);
  EXPECT_EQ(Transform("application/avro", "*/*", "Obj").status, 400);
  EXPECT_EQ(Transform("text/csv", "*/*", frame_).status, 415);
  EXPECT_EQ(Transform(kJson, "application/avro", frame_).status, 406);
  const auto method = client_.Send("PUT /model HTTP/1.1\r\nHost: t\r\n\r\n").Read();
  EXPECT_EQ(method.status, 405);
  EXPECT_THAT(method.head, HasSubstr("Allow: GET\r\n"));
}

TEST_F(MleapDialectTest, HasOneModelOrSaysWhichThereAre) {
  ModelRegistry registry = KingCounty();
  registry.Publish("small", "1", LoadBinarizers(1));
  server_.Publish(registry);
  EXPECT_EQ(client_.Get("/model").status, 500);
  EXPECT_THAT(Transform(kJson, "*/*", frame_).body, HasSubstr("house, small"));
  server_.Publish(ModelRegistry{});
  EXPECT_EQ(Transform(kJson, "*/*", frame_).body, "no model is loaded");
}

}  // namespace
}  // namespace pillion
