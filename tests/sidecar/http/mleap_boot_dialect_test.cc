// Statuses and bodies are those that MLeap 0.25.2's own server gave, but for its defects: it
// forgets models, reads "force" without heeding it, only logs that a load failed, fetches any URI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kJson[] = "application/json";
// number > 1 -> over, number > -1 -> under
const std::string kFrame =
    R"({"schema":{"fields":[{"name":"number","type":"double"}]},"rows":[[0.5],[7.0]]})";

class MleapBootTest : public ::testing::Test {
 protected:
  MleapBootTest() {
    WriteBinarizers(one_, 1);
    WriteBinarizers(five_, 5);
    PutInPlace(one_, directory_.path() / "outside");
    fs::create_directory(models_);
    server_.LoadDirectory(models_);
    PutInPlace(one_, models_ / "one");
    PutInPlace(five_, models_ / "five");
  }
  std::string Uri(const std::string& file) const { return "file:" + (models_ / file).string(); }
  HttpClient::Reply Load(const std::string& name, const std::string& uri,
                         const std::string& more = "") {
    return client_.Post("/models", kJson,
                        R"({"modelName":")" + name + R"(","uri":")" + uri + "\"" + more + "}");
  }
  HttpClient::Reply Send(const std::string& line, const std::string& headers = "") {
    return client_.Send(line + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n").Read();
  }
  // The column's values in a frame.
  static std::vector<double> Column(const std::string& frame, const std::string& name) {
    simdjson::dom::parser parser;
    const simdjson::dom::element root = parser.parse(frame);
    std::size_t column = 0;
    for (const simdjson::dom::element field : root["schema"]["fields"]) {
      if (field["name"].get_string().value() == name) break;
      ++column;
    }
    std::vector<double> values;
    for (const simdjson::dom::element row : root["rows"]) {
      values.push_back(row.at(column).get_double());
    }
    return values;
  }
  static std::string Envelope(const std::string& more, const std::string& frame = kFrame) {
    return R"({"modelName":"m","format":"ml.combust.mleap.json","tag":7,"frame":")" +
           EncodeBase64(frame) + "\"" + more + "}";
  }
  static std::string Member(const std::string& body, const char* name) {
    simdjson::dom::parser parser;
    return std::string(parser.parse(body)[name].get_string().value());
  }

  testing::BundleOnDisk one_;
  testing::BundleOnDisk five_;
  const testing::TemporaryDirectory directory_;
  const fs::path models_ = directory_.path() / "models";
  TestHttpServer server_{{"tcp:127.0.0.1:0=mleap-boot"}};
  HttpClient client_ = server_.Connect();
};

TEST_F(MleapBootTest, LoadsTellsOfAndUnloadsModels) {
  const auto loaded =
      Load("m", Uri("one"), R"(,"config":{"memoryTimeout":900000,"diskTimeout":"900000"})");
  EXPECT_EQ(loaded.status, 202) << loaded.body;
  EXPECT_THAT(loaded.head, HasSubstr("Content-Type: application/json;charset=UTF-8\r\n"));
  EXPECT_EQ(loaded.body, R"({"name":"m","uri":")" + Uri("one") +
                             R"(","config":{"memoryTimeout":900000,"diskTimeout":900000}})");
  const std::string model = R"({"name":"m","uri":")" + Uri("one") + R"(","config":{}})";
  EXPECT_EQ(client_.Get("/models/m").body, model);
  const auto unloaded = Send("DELETE /models/m", "Content-Type: application/json\r\n");
  EXPECT_EQ(unloaded.status, 200);
  EXPECT_EQ(unloaded.body, model);
  EXPECT_EQ(Send("DELETE /models/m").status, 404);
  EXPECT_EQ(client_.Get("/models/m").status, 404);
  EXPECT_EQ(client_.Get("/models/m/meta").status, 404);
}

TEST_F(MleapBootTest, DoesNotForgetModels) {
  ASSERT_EQ(Load("m", Uri("one"), R"(,"config":{"memoryTimeout":1,"diskTimeout":1})").status, 202);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(client_.Get("/models/m").status, 200);
}

TEST_F(MleapBootTest, ReplacesAModelByForceAlone) {
  ASSERT_EQ(Load("m", Uri("one")).status, 202);
  EXPECT_EQ(Load("m", Uri("five")).status, 400);
  EXPECT_EQ(Load("m", Uri("five"), R"(,"force":false)").status, 400);
  const auto scored = [&] { return client_.Post("/models/m/transform", kJson, kFrame).body; };
  EXPECT_EQ(Column(scored(), "under"), (std::vector<double>{1, 1}));
  std::string over = R"({"schema":{"fields":[{"name":"number","type":"double"}]},"rows":[[3.0]]})";
  EXPECT_EQ(Column(client_.Post("/models/m/transform", kJson, over).body, "over"),
            (std::vector<double>{1}));
  EXPECT_EQ(Load("m", Uri("five"), R"(,"force":true)").status, 202);
  EXPECT_EQ(Column(client_.Post("/models/m/transform", kJson, over).body, "over"),
            (std::vector<double>{0}));
}

TEST_F(MleapBootTest, AnswersThatALoadFailed) {
  std::ofstream(models_ / "broken.zip") << "no zip";
  const auto broken = Load("m", Uri("broken.zip"));
  EXPECT_EQ(broken.status, 400);
  EXPECT_THAT(broken.body, HasSubstr("broken.zip"));
  EXPECT_EQ(Load("m", Uri("none.zip")).status, 400);
  EXPECT_EQ(client_.Get("/models/m").status, 404);
}

TEST_F(MleapBootTest, LoadsFromTheDirectoryOfModelsAlone) {
  EXPECT_EQ(Load("m", "file:" + (directory_.path() / "outside").string()).status, 403);
  EXPECT_EQ(Load("m", Uri("../outside")).status, 403);
  EXPECT_EQ(Load("m", Uri("%2e%2e/outside")).status, 403);
  for (const char* uri : {"http://localhost/m.zip", "s3://bucket/m.zip", ""}) {
    EXPECT_EQ(Load("m", uri).status, 400) << uri;
  }
  EXPECT_EQ(client_.Get("/models/m").status, 404);
  EXPECT_EQ(Load("m", "jar:" + Uri("one")).status, 202);
}

TEST_F(MleapBootTest, LeavesTheOwnersModelsAlone) {
  ModelRegistry registry;
  registry.Publish("m", "1", LoadBinarizers(1));
  server_.Publish(registry);
  EXPECT_EQ(Load("m", Uri("five"), R"(,"force":true)").status, 403);
  EXPECT_EQ(Send("DELETE /models/m").status, 403);
  EXPECT_EQ(client_.Get("/models/m").status, 200);
}

TEST_F(MleapBootTest, RefusesLoadsThatMLeapRefuses) {
  for (const char* body :
       {"", "{", "[]", R"({"uri":"file:/m.zip"})", R"({"modelName":"a b/c","uri":"file:/m.zip"})",
        R"({"modelName":"m@1","uri":"file:/m.zip"})", R"({"modelName":"m","colour":"red"})",
        R"({"modelName":"m","config":{"memoryTimeout":"soon"}})"}) {
    EXPECT_EQ(client_.Post("/models", kJson, body).status, 400) << body;
  }
  EXPECT_EQ(client_.Post("/models", "text/plain", "{}").status, 415);
  EXPECT_EQ(client_.Get("/models").status, 405);
  EXPECT_EQ(Send("GET /models/m", "Accept: text/html\r\n").status, 406);
}

TEST_F(MleapBootTest, TransformsAFrameAsItIs) {
  ASSERT_EQ(Load("m", Uri("one")).status, 202);
  const auto reply = client_.Post("/models/m/transform", "application/json; charset=UTF-8", kFrame);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Column(reply.body, "number"), (std::vector<double>{0.5, 7}));
  EXPECT_EQ(Column(reply.body, "over"), (std::vector<double>{0, 1}));
  EXPECT_EQ(client_.Post("/models/m/transform", kJson, "").status, 400);
  EXPECT_EQ(client_.Post("/models/m/transform", "text/plain", kFrame).status, 415);
  EXPECT_EQ(client_.Get("/models/m/transform").status, 405);
}

TEST_F(MleapBootTest, AnswersErrorsOfFramesWith200) {
  EXPECT_EQ(client_.Post("/models/nope/transform", kJson, kFrame).body,
            R"({"status":"STATUS_ERROR","error":"NotFoundException: no model with name nope",)"
            R"("backtrace":""})");
  ASSERT_EQ(Load("m", Uri("one")).status, 202);
  for (const char* frame :
       {"{\"schema\":", R"({"rows":[[1.0]]})", R"({"schema":{"fields":[]},"rows":[[]]})",
        R"({"schema":{"fields":[{"name":"number","type":"double"}]},"rows":[["x"]]})"}) {
    const auto reply = client_.Post("/models/m/transform", kJson, frame);
    EXPECT_EQ(reply.status, 200) << frame;
    EXPECT_THAT(reply.body, StartsWith(R"({"status":"STATUS_ERROR","error":")")) << frame;
    const auto in_envelope = client_.Post("/models/transform", kJson, Envelope("", frame));
    EXPECT_EQ(in_envelope.status, 200) << frame;
    EXPECT_THAT(in_envelope.body,
                StartsWith(R"({"tag":7,"format":"","frame":"","status":"STATUS_ERROR","error":")"));
  }
}

TEST_F(MleapBootTest, TransformsAFrameInAnEnvelope) {
  ASSERT_EQ(Load("m", Uri("one")).status, 202);
  const auto reply =
      client_.Post("/models/transform", kJson, Envelope(R"(,"initTimeout":"35000")"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("status":"STATUS_OK","error":"","backtrace":""})"));
  EXPECT_EQ(Column(*DecodeBase64(Member(reply.body, "frame")), "over"),
            (std::vector<double>{0, 1}));
  const std::string select = R"(,"options":{"select":["over","nope"],"selectMode":"SELECT_MODE_)";
  EXPECT_EQ(Member(client_.Post("/models/transform", kJson, Envelope(select + "STRICT\"}")).body,
                   "status"),
            "STATUS_ERROR");
  const std::string relaxed = *DecodeBase64(Member(
      client_.Post("/models/transform", kJson, Envelope(select + "RELAXED\"}")).body, "frame"));
  EXPECT_EQ(Column(relaxed, "over"), (std::vector<double>{0, 1}));
  EXPECT_THAT(relaxed, ::testing::Not(HasSubstr("number")));
}

TEST_F(MleapBootTest, RefusesEnvelopesThatMLeapRefuses) {
  EXPECT_EQ(client_.Post("/models/transform", kJson, R"({"modelName":)").status, 400);
  EXPECT_EQ(client_.Post("/models/transform", kJson, "").status, 400);
  EXPECT_EQ(client_
                .Post("/models/transform", kJson,
                      R"({"modelName":"m","format":"ml.combust.mleap.json","frame":"***"})")
                .status,
            500);
  EXPECT_EQ(
      client_.Post("/models/transform", kJson, R"({"modelName":"m","format":"nope","frame":""})")
          .status,
      500);
}

TEST_F(MleapBootTest, IsHealthyUntilItDrains) {
  const auto health = client_.Get("/actuator/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, R"({"status":"UP"})");
  EXPECT_THAT(health.head, HasSubstr("application/vnd.spring-boot.actuator.v3+json"));
}

// The bundle of MLeap's own demo, its frame, and what the server answered for them.
TEST_F(MleapBootTest, AnswersAsMLeapDidForItsOwnBundle) {
  const char* const shared = std::getenv("PILLION_SHARED");
  const fs::path data = fs::path(shared != nullptr ? shared : SourceDir() + "/../shared") / "data";
  if (!fs::exists(data)) GTEST_SKIP() << "no folder " << data << " with MLeap's bundles of 2017";
  fs::copy_file(data / "airbnb.model.lr.zip", models_ / "lr.zip");
  ASSERT_EQ(Load("m", Uri("lr.zip")).status, 202);
  const std::string meta = client_.Get("/models/m/meta").body;
  EXPECT_THAT(meta,
              StartsWith(R"({"bundle":{"uid":"4b73a01f-5ea9-4967-8bed-7f27213d04d0",)"
                         R"("name":"pipeline_ed5135e9ca49","format":"JSON",)"
                         R"("version":"0.8.0-SNAPSHOT","timestamp":"2017-09-22T00:59:02.941"})"));
  for (const char* part :
       {R"({"name":"bathrooms","dataType":)"
        R"({"base":"DOUBLE","shape":{"base":"SCALAR","isNullable":true}}})",
        R"({"name":"price_prediction","dataType":)"
        R"({"base":"DOUBLE","shape":{"base":"SCALAR","isNullable":false}}})",
        R"({"name":"features_lr","dataType":{"base":"DOUBLE","shape":{"base":"TENSOR",)"
        R"("isNullable":true,"tensorShape":{"dimensions":[{"size":27,"name":""}]}}}})"}) {
    EXPECT_THAT(meta, HasSubstr(part));
  }
  const std::string frame = testing::ReadFile(data / "frame.airbnb.json");
  EXPECT_THAT(client_.Post("/models/m/transform", kJson, frame).head,
              HasSubstr("Content-Length: 4058\r\n"));
  EXPECT_EQ(client_
                .Post("/models/transform", kJson,
                      Envelope(R"(,"options":{"select":["price_prediction"]})", frame))
                .body,
            R"({"tag":7,"format":"","frame":")"
            "ewogICJyb3dzIjogW1syMzIuNjI0NjM5MTY4NDAzMThdXSwKICAic2NoZW1hIjogewogICAgImZpZWxk"
            "cyI6IFt7CiAgICAgICJuYW1lIjogInByaWNlX3ByZWRpY3Rpb24iLAogICAgICAidHlwZSI6IHsKICAg"
            "ICAgICAiYmFzZSI6ICJkb3VibGUiLAogICAgICAgICJpc051bGxhYmxlIjogZmFsc2UsCiAgICAgICAg"
            "InR5cGUiOiAiYmFzaWMiCiAgICAgIH0KICAgIH1dCiAgfQp9"
            R"(","status":"STATUS_OK","error":"","backtrace":""})");
}

}  // namespace
}  // namespace pillion
