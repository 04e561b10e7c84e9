// The Open Inference Protocol over raw bytes. Answers are Spark's for the example; how bytes lie is
// that of Triton's binary_data extension. tritonclient itself is python/tests/test_v2.py's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

constexpr char kJson[] = "application/json";

template <typename T>
std::string Bytes(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string Repeated(const std::string& value, int count) {
  std::string text = value;
  while (--count > 0) text += "," + value;
  return text;
}

std::shared_ptr<const ServedVersion> LoadWordCounter() {
  testing::BundleOnDisk bundle;
  bundle.Stage("root", "hashing_term_frequency", R"({"port":"input","name":"words"})",
               R"({"port":"output","name":"counts"})",
               R"("num_features":{"long":262144},"binary":{"boolean":false})");
  auto version = ServedVersion::Load(bundle.root(), {});
  if (!version) throw std::runtime_error(version.error().Text());
  return *version;
}

class V2DialectTest : public ::testing::Test {
 protected:
  V2DialectTest() {
    registry_.Publish("small", "1", LoadBinarizers(1));
    server_.Publish(registry_);
  }
  HttpClient::Reply Infer(const std::string& body, const std::string& model = "small") {
    return client_.Post("/v2/models/" + model + "/infer", kJson, body);
  }
  HttpClient::Reply InferBytes(const std::string& json, const std::string& bytes,
                               const std::string& json_bytes = "") {
    const std::string length = json_bytes.empty() ? std::to_string(json.size()) : json_bytes;
    return client_
        .Send(
            "POST /v2/models/small/infer HTTP/1.1\r\nHost: t\r\n"
            "Inference-Header-Content-Length: " +
            length + "\r\nContent-Length: " + std::to_string(json.size() + bytes.size()) +
            "\r\n\r\n" + json + bytes)
        .Read();
  }

  ModelRegistry registry_ = KingCounty();
  TestHttpServer server_{{"tcp:127.0.0.1:0=v2"}};
  HttpClient client_ = server_.Connect();
};

TEST_F(V2DialectTest, AnswersInJson) {
  const auto reply = Infer(
      R"({"id":"a","parameters":{"any":1},"inputs":[{"name":"number","shape":[3,1],)"
      R"("datatype":"FP32","data":[[2],[1],NaN]}],"outputs":[{"name":"under"},{"name":"over"}]})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_EQ(reply.body, R"({"model_name":"small","model_version":"1","id":"a","outputs":[)"
                        R"({"name":"under","datatype":"FP64","shape":[3],"data":[1.0,1.0,0.0]},)"
                        R"({"name":"over","datatype":"FP64","shape":[3],"data":[1.0,0.0,0.0]}]})");
}

TEST_F(V2DialectTest, AnswersInBytes) {
  const std::string input = R"("inputs":[{"name":"number","shape":[2],"datatype":"INT16",)"
                            R"("parameters":{"binary_data_size":4}}])";
  const std::string numbers = Bytes<std::int16_t>({-5, 3});
  const auto some = InferBytes("{" + input +
                                   R"(,"outputs":[{"name":"over","parameters":{"binary_data":true}},
                                                  {"name":"under"}]})",
                               numbers);
  ASSERT_EQ(some.status, 200) << some.body;
  const std::string head =
      R"({"model_name":"small","model_version":"1","outputs":[)"
      R"({"name":"over","datatype":"FP64","shape":[2],"parameters":{"binary_data_size":16}},)"
      R"({"name":"under","datatype":"FP64","shape":[2],"data":[0.0,1.0]}]})";
  EXPECT_EQ(some.body, head + Bytes<double>({0, 1}));
  EXPECT_THAT(
      some.head,
      HasSubstr("Inference-Header-Content-Length: " + std::to_string(head.size()) + "\r\n"));
  EXPECT_THAT(some.head, HasSubstr("Content-Type: application/octet-stream\r\n"));
  const auto all =
      InferBytes("{" + input + R"(,"parameters":{"binary_data_output":true}})", numbers);
  EXPECT_TRUE(all.body.ends_with(Bytes<double>({0, 1, 0, 1}))) << all.body;
}

TEST_F(V2DialectTest, DescribesItsModels) {
  EXPECT_EQ(client_.Get("/v2/models/small").body,
            R"({"name":"small","versions":["1"],"platform":"pillion",)"
            R"("inputs":[{"name":"number","datatype":"FP64","shape":[-1]}],)"
            R"("outputs":[{"name":"over","datatype":"FP64","shape":[-1]},)"
            R"({"name":"under","datatype":"FP64","shape":[-1]}]})");
  EXPECT_THAT(client_.Get("/v2/models/house").body,
              HasSubstr(R"({"name":"scaled","datatype":"FP64","shape":[-1,16]})"));
  EXPECT_EQ(client_.Get("/v2/models/small/versions/1/ready").status, 200);
  EXPECT_EQ(client_.Get("/v2/models/small/versions/2/ready").status, 503);
  EXPECT_EQ(client_.Get("/v2/models/smal/ready").status, 404);
  EXPECT_EQ(client_.Get("/v2/models/smal").body,
            R"({"error":"no model is named 'smal'; did you mean 'small'?"})");
  EXPECT_EQ(client_.Post("/v2/repository/index", kJson, R"({"ready":true})").body,
            R"([{"name":"house","version":"1","state":"READY","reason":""},)"
            R"({"name":"small","version":"1","state":"READY","reason":""}])");
  EXPECT_EQ(client_.Post("/v2/repository/index", kJson, "[").status, 400);
  EXPECT_EQ(client_.Post("/v2/repository/models/small/load", kJson, "").status, 200);
  EXPECT_EQ(client_.Post("/v2/repository/models/new/load", kJson, "").status, 404);
  EXPECT_EQ(client_.Post("/v2/repository/models/small/unload", kJson, "").status, 400);
}

TEST_F(V2DialectTest, RefusesWhatItCannotRead) {
  const auto input = [](const std::string& members) {
    return R"({"inputs":[{"name":"number",)" + members + "}]}";
  };
  struct Case {
    std::string body;
    std::string told;
  };
  const std::vector<Case> cases = {
      {"", "body"},
      {"[]", "expected a JSON object"},
      {"{}", "expected \\\"inputs\\\""},
      {R"({"inputs":[{}]})", "the model needs no input ''"},
      {input(R"("shape":[1],"datatype":"FP16","data":[1])"), "found 'FP16'"},
      {input(R"("shape":[1],"datatype":"FP6","data":[1])"), "did you mean 'FP64'"},
      {input(R"("datatype":"FP64","data":[1])"), "expected a shape"},
      {input(R"("shape":[0],"datatype":"FP64","data":[])"), "expected a shape"},
      {input(R"("shape":[-1],"datatype":"FP64","data":[])"), "expected a shape"},
      {input(R"("shape":[1,9223372036854775807],"datatype":"FP64","data":[])"), "too large"},
      {input(R"("shape":[67108864,67108864],"datatype":"FP64","data":[])"), "too large"},
      {input(R"("shape":[4194305],"datatype":"FP64","data":[])"), "at most 4194304 values"},
      {input(R"("shape":[4194304,0],"datatype":"FP64","data":[])"), "sizes of at least 1"},
      {input(R"("shape":[)" + Repeated("1", 257) + R"(],"datatype":"FP64","data":[1])"),
       "at most 33 sizes, found 257"},
      {input(R"("shape":[2,2],"datatype":"FP64","data":[1,2,3,4])"), "[ROWS, 1]"},
      {input(R"("shape":[2],"datatype":"FP64","data":[1])"), "expected 2 values"},
      {input(R"("shape":[1],"datatype":"FP64","data":[1,2])"), "more values than the shape"},
      {input(R"("shape":[1],"datatype":"FP64","data":["x"])"), "expected a number"},
      {input(R"("shape":[1],"datatype":"INT8","data":[128])"), "128 is no INT8"},
      {input(R"("shape":[1],"datatype":"UINT8","data":[-1])"), "-1 is no UINT8"},
      {input(R"("shape":[1],"datatype":"BOOL","data":[1])"), "true or false"},
      {input(R"("shape":[1],"datatype":"FP64")"), "binary_data_size"},
      {input(R"("shape":[1],"datatype":"FP64","parameters":{"binary_data_size":8})"),
       "expected 8 bytes behind the JSON, found 0"},
      {input(R"("shape":[1],"datatype":"FP64","parameters":{"shared_memory_region":"r"})"),
       "shared memory"},
      {R"({"inputs":[{"name":"number","shape":[1],"datatype":"FP64","data":[1]}],)"
       R"("outputs":[{"name":"ovr"}]})",
       "the model makes no output 'ovr'; did you mean 'over'?"},
      {std::string(100'000, '['), "body"},
      {input(R"("shape":[1],"datatype":"FP64","data":)" + std::string(5000, '[')), "body"},
  };
  for (const Case& c : cases) {
    const auto reply = Infer(c.body);
    EXPECT_EQ(reply.status, 400) << c.body.substr(0, 99) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(c.told)) << c.body.substr(0, 99);
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(reply.body)["error"].error(), simdjson::SUCCESS) << reply.body;
  }
  EXPECT_EQ(Infer(cases.back().body, "smal").status, 404);
}

// A row of few bytes may have an answer that is large once it is a tensor.
TEST_F(V2DialectTest, AnswersHoldSoManyValues) {
  registry_.Publish("words", "1", LoadWordCounter());
  server_.Publish(registry_);
  const auto words = [&](int rows) {
    return Infer(R"({"inputs":[{"name":"words","shape":[)" + std::to_string(rows) +
                     R"(,1],"datatype":"BYTES","data":[)" + Repeated("\"a\"", rows) +
                     R"(]}],"parameters":{"binary_data_output":true}})",
                 "words");
  };
  const auto most = words(16);
  EXPECT_EQ(most.status, 200) << most.body;
  EXPECT_THAT(most.head, HasSubstr("Content-Length: "));
  EXPECT_GT(most.body.size(), 16U * 262144U * sizeof(double));
  const auto more = words(17);
  EXPECT_EQ(more.status, 400);
  EXPECT_THAT(more.body, HasSubstr("output 'counts', row 17: the answer would hold more than "
                                   "4194304 values; send fewer rows"));
}

// Bytes that are no text would make the refusal no JSON.
TEST_F(V2DialectTest, RefusesOtherBytesThanTextAsJson) {
  const std::string input = R"({"inputs":[{"name":"number","shape":[1],"datatype":"BYTES",)"
                            R"("parameters":{"binary_data_size":5}}]})";
  for (const auto& reply :
       {client_.Get("/v2/models/\xf4"), client_.Get("/v2/models/small%f4"),
        client_.Get("/v2/mod\xf4"), InferBytes(input, Bytes<std::uint32_t>({1}) + "\xf4"),
        InferBytes(input, "", "\xf4")}) {
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("expected UTF-8"));
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(reply.body)["error"].error(), simdjson::SUCCESS) << reply.body;
  }
}

TEST_F(V2DialectTest, RefusesBytesThatDoNotFit) {
  const auto input = [](const std::string& datatype, std::size_t bytes) {
    return R"({"inputs":[{"name":"number","shape":[2],"datatype":")" + datatype +
           R"(","parameters":{"binary_data_size":)" + std::to_string(bytes) + "}}]}";
  };
  EXPECT_THAT(InferBytes(input("FP64", 8), "12345678").body, HasSubstr("expected 16 bytes"));
  EXPECT_THAT(InferBytes(input("FP64", 16), std::string(17, 'x')).body, HasSubstr("1 bytes stand"));
  EXPECT_THAT(InferBytes(input("BYTES", 3), "abc").body, HasSubstr("cut off"));
  EXPECT_THAT(InferBytes(input("BYTES", 4), Bytes<std::uint32_t>({9})).body, HasSubstr("cut off"));
  EXPECT_THAT(InferBytes(input("BYTES", 5), Bytes<std::uint32_t>({1}) + "\xff").body,
              HasSubstr("expected UTF-8"));
  EXPECT_THAT(InferBytes(input("BYTES", 4), Bytes<std::uint32_t>({0})).body,
              HasSubstr("expected 2 values"));
  EXPECT_THAT(InferBytes(input("BOOL", 2), "\x01\x02").body, HasSubstr("0 or 1"));
  EXPECT_THAT(InferBytes(input("FP64", 16), "", "99999").body, HasSubstr("Inference-Header"));
  EXPECT_THAT(InferBytes(input("FP64", 16), "", "x").body, HasSubstr("Inference-Header"));
  EXPECT_EQ(InferBytes(input("UINT32", 8), Bytes<std::uint32_t>({0, 4'000'000'000})).status, 200);
}

}  // namespace
}  // namespace pillion
