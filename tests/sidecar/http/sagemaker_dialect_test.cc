// What AWS's container answers is held against its own tests and documentation; numbers against
// the formula of the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/sidecar/http/test_http_server.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

// a, b -> v = [a, b], prediction = b > 1.
class SageMakerTest : public ::testing::Test {
 protected:
  SageMakerTest() {
    bundle_.Pipeline("root", R"("v","prediction")");
    const std::string scalar = R"({"base":"scalar","isNullable":false})";
    bundle_.Stage("root/v.node", "vector_assembler",
                  R"({"port":"input0","name":"a"},{"port":"input1","name":"b"})",
                  R"({"port":"output","name":"v"})",
                  R"("input_shapes":{"type":"list","data_shape":[)" + scalar + "," + scalar + "]}");
    bundle_.Binarizer("root/prediction.node", "b", "prediction", 1);
  }
  void Serve() {
    server_.emplace(std::vector<std::string>{"tcp:127.0.0.1:0=sagemaker"});
    Publish({"model"});
  }
  void Publish(const std::vector<std::string>& names) {
    ModelRegistry registry;
    for (const std::string& name : names) {
      auto version = ServedVersion::Load(bundle_.root(), {});
      ASSERT_TRUE(version) << version.error().Text();
      registry.Publish(name, "1", *version);
    }
    server_->Publish(registry);
  }
  HttpClient::Reply Invoke(const std::string& type, const std::string& body,
                           const std::string& accept = "") {
    HttpClient client = server_->Connect();
    const std::string header = accept.empty() ? "" : "Accept: " + accept + "\r\n";
    return client
        .Send("POST /invocations HTTP/1.1\r\nContent-Type: " + type + "\r\n" + header +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
        .Read();
  }

  testing::BundleOnDisk bundle_;
  std::optional<TestHttpServer> server_;
};

const char kVectorSchema[] = R"({"input":[{"name":"b","type":"double"},{"name":"a","type":"int"}],)"
                             R"("output":{"name":"v","type":"double","struct":"vector"}})";

TEST_F(SageMakerTest, AnswersItsProbes) {
  Serve();
  EXPECT_EQ(server_->Connect().Get("/ping").status, 200);
  EXPECT_EQ(server_->Connect().Get("/ping").body, "");
  EXPECT_EQ(server_->Connect().Get("/execution-parameters").body,
            R"({"MaxConcurrentTransforms":1,"BatchStrategy":"SINGLE_RECORD","MaxPayloadInMB":5})");
}

TEST_F(SageMakerTest, TakesTheSchemaOfTheBundle) {
  Serve();
  const HttpClient::Reply csv = Invoke("text/csv", "2.5");
  EXPECT_EQ(csv.status, 200) << csv.body;
  EXPECT_EQ(csv.body, "1.0");
  EXPECT_THAT(csv.head, HasSubstr("Content-Type: text/csv\r\n"));
  EXPECT_EQ(Invoke("text/csv", "0.5\n7\n").body, "0.0\n1.0");
  const HttpClient::Reply json = Invoke("application/json", R"({"data":[0.5]})");
  EXPECT_EQ(json.body, "0.0");
  EXPECT_EQ(Invoke("application/json", "{\"schema\":null, \"data\":[2]} \n").body, "1.0");
  const HttpClient::Reply lines = Invoke(
      "application/jsonlines", "{\"data\":[0.5]}\n{\"data\":[3]}\n", "application/jsonlines");
  EXPECT_EQ(lines.body, "0.0\n1.0");
  EXPECT_THAT(lines.head, HasSubstr("Content-Type: application/jsonlines\r\n"));
}

TEST_F(SageMakerTest, TakesTheSchemaOfTheRequest) {
  Serve();
  const std::string body = std::string(R"({"schema":)") + kVectorSchema + R"(,"data":[1.5,7]})";
  EXPECT_EQ(Invoke("application/json", body).body, "7.0,1.5");
  EXPECT_EQ(Invoke("application/json", body, "*/*").body, "7.0,1.5");
  EXPECT_EQ(Invoke("application/json", body, "text/csv").body, "7.0,1.5");
  EXPECT_EQ(Invoke("application/json", body, "application/jsonlines").body,
            R"({"features":[7.0,1.5]})");
  EXPECT_EQ(Invoke("application/json", body, "application/jsonlines;data=text").body,
            R"({"source":"7.0 1.5"})");
}

TEST_F(SageMakerTest, WritesZerosOfSparseVectorsAndNumbersAsJavaDoes) {
  Serve();
  const auto invoke = [&](const std::string& data) {
    return Invoke("application/json",
                  std::string(R"({"schema":)") + kVectorSchema + R"(,"data":)" + data + "}")
        .body;
  };
  EXPECT_EQ(invoke("[0,0]"), "0.0,0.0");
  EXPECT_EQ(invoke("[0,10000000000]"), "1.0E10,0.0");
}

TEST_F(SageMakerTest, TakesTheEnvironment) {
  const Variable schema("SAGEMAKER_SPARKML_SCHEMA", kVectorSchema);
  const Variable accept("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/jsonlines;data=text");
  Serve();
  EXPECT_EQ(Invoke("text/csv", "1.5,7").body, R"({"source":"7.0 1.5"})");
  EXPECT_EQ(Invoke("text/csv", "1.5,7", "text/csv").body, "7.0,1.5");
}

TEST_F(SageMakerTest, SaysWhatIsWrong) {
  Serve();
  EXPECT_EQ(Invoke("text/csv", "").status, 204);
  EXPECT_EQ(Invoke("text/html", "1").status, 415);
  EXPECT_EQ(Invoke("text/csv", "1", "application/json").status, 400);
  const HttpClient::Reply number = Invoke("text/csv", "one");
  EXPECT_EQ(number.status, 400);
  EXPECT_THAT(number.body, HasSubstr("column 'b'"));
  EXPECT_THAT(Invoke("text/csv", "1,2").body, HasSubstr("expected 1 fields, found 2"));
  for (const char* body :
       {"{", "[]", "{}", "nope", R"({"data":7})", R"({"data":[]})", R"({"data":[1,2]})",
        R"({"data":["x"]})", R"({"schema":7,"data":[1]})", R"({"schema":{},"data":[1]})"}) {
    EXPECT_EQ(Invoke("application/json", body).status, 400) << body;
  }
  EXPECT_THAT(
      Invoke("application/json",
             R"({"schema":{"input":[{"name":"b"}],"output":{"name":"predictoin"}},"data":[1]})")
          .body,
      HasSubstr("did you mean 'prediction'?"));
}

TEST_F(SageMakerTest, AnswersForOneModel) {
  Serve();
  Publish({"one", "two"});
  const HttpClient::Reply reply = Invoke("text/csv", "1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("expected one model, found 2"));
}

TEST_F(SageMakerTest, NamesAnEnvironmentThatIsNoSchema) {
  const Variable schema("SAGEMAKER_SPARKML_SCHEMA", "{\"input\":[");
  Serve();
  const HttpClient::Reply reply = Invoke("text/csv", "1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("SAGEMAKER_SPARKML_SCHEMA"));
}

}  // namespace
}  // namespace pillion
