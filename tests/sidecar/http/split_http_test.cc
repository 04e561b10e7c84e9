// Rows that come over HTTP and are shared out among two versions: number > 1 and number > 2, so
// that the answers to 1.5 tell them apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <thread>

#include "sidecar/models/split.h"
#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Other versions than the one that is published are loaded later.
void LoadAndWait(TestHttpServer& server, const std::filesystem::path& directory,
                 const std::string& until) {
  server.LoadDirectory(directory);
  while (server.Connect().Get("/models").body.find(until) == std::string::npos) {
    std::this_thread::yield();
  }
}

constexpr char kArmIsLoaded[] = R"("weight":4000,"version":"2","failure":null)";

std::ptrdiff_t LinesIn(const std::string& text) { return std::ranges::count(text, '\n'); }

class SplitHttpTest : public ::testing::Test {
 protected:
  SplitHttpTest() {
    testing::BundleOnDisk one;
    WriteBinarizers(one, 1);
    testing::BundleOnDisk two;
    WriteBinarizers(two, 2);
    PutInPlace(one, directory_.path() / "house/1");
    PutInPlace(two, directory_.path() / "house/2");
    directory_.Write("house/model.yaml",
                     "publish: 1\nsplit: {key: user, salt: 'x:', arms: {2: 4000}}\n");
    LoadAndWait(server_, directory_.path(), kArmIsLoaded);
  }
  static bool IsTwos(const std::string& user) { return SplitBucket("x:", user) < 4'000; }
  // Users of both versions.
  static std::vector<std::string> Users() {
    std::vector<std::string> users;
    for (int i = 0; i < 30; ++i) users.push_back("u" + std::to_string(i));
    return users;
  }
  HttpClient::Reply Post(const std::string& target, const std::string& body,
                         const std::string& type = "application/json") {
    return server_.Connect().Post(target, type, body);
  }

  const testing::TemporaryDirectory directory_;
  TestHttpServer server_{{"tcp:127.0.0.1:0=score,v2,sagemaker,mleap"}};
};

TEST_F(SplitHttpTest, EachLineHasTheVersionOfItsKey) {
  std::string body;
  std::string expected;
  for (const std::string& user : Users()) {
    body += R"({"number":1.5,"user":")" + user + "\"}\n";
    expected += IsTwos(user) ? R"({"over":0.0,"v":"2"})"
                               "\n"
                             : R"({"over":1.0,"v":"1"})"
                               "\n";
  }
  const auto reply = Post("/score/house?select=over&version-as=v", body, "application/jsonl");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, expected);
  EXPECT_THAT(reply.body, HasSubstr(R"("2")")) << "users of both";
  EXPECT_THAT(reply.head, AnyOf(HasSubstr("Pillion-Version: 1, 2\r\n"),
                                HasSubstr("Pillion-Version: 2, 1\r\n")));
}

TEST_F(SplitHttpTest, ARowIsToldVersionAndArm) {
  for (const std::string& user : Users()) {
    const auto reply = Post("/score/house", R"({"number":1.5,"user":")" + user + "\"}");
    EXPECT_THAT(reply.body, HasSubstr(IsTwos(user) ? R"("over":0.0)" : R"("over":1.0)"));
    EXPECT_THAT(reply.head,
                HasSubstr(IsTwos(user) ? "Pillion-Version: 2\r\nPillion-Arm: 2\r\n"
                                       : "Pillion-Version: 1\r\nPillion-Arm: published\r\n"));
  }
}

TEST_F(SplitHttpTest, AKeyMayBeANumberOrAbsent) {
  for (int i = 0; i < 20; ++i) {
    const std::string user = std::to_string(i);
    const auto reply = Post("/score/house", R"({"number":1.5,"user":)" + user + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.head, HasSubstr(IsTwos(user) ? "Version: 2\r\n" : "Version: 1\r\n"));
  }
  const auto reply = Post("/score/house", R"({"number":1.5})");
  EXPECT_THAT(reply.head, HasSubstr("Pillion-Version: 1\r\nPillion-Arm: published\r\n"));
}

TEST_F(SplitHttpTest, ANamedVersionIsNotSharedOut) {
  const auto reply = Post("/score/house@1", R"({"number":1.5,"user":"u0"})");
  EXPECT_THAT(reply.head, HasSubstr("Pillion-Version: 1\r\n"));
  EXPECT_THAT(reply.head, Not(HasSubstr("Pillion-Arm")));
}

TEST_F(SplitHttpTest, OtherDialectsShareOutToo) {
  std::string users;
  std::string numbers;
  std::string expected;
  for (const std::string& user : Users()) {
    users += (users.empty() ? "\"" : ",\"") + user + "\"";
    numbers += (numbers.empty() ? "" : ",") + std::string("1.5");
    expected += (expected.empty() ? "" : ",") + std::string(IsTwos(user) ? "0.0" : "1.0");
  }
  const std::string count = std::to_string(Users().size());
  const auto v2 =
      Post("/v2/models/house/infer",
           R"({"inputs":[{"name":"number","datatype":"FP64","shape":[)" + count + R"(],"data":[)" +
               numbers + R"(]},{"name":"user","datatype":"BYTES","shape":[)" + count +
               R"(],"data":[)" + users + R"(]}],"outputs":[{"name":"over"}]})");
  EXPECT_THAT(v2.body, HasSubstr("\"data\":[" + expected + "]"));
  EXPECT_THAT(v2.body, AnyOf(HasSubstr(R"("model_version":"1, 2")"),
                             HasSubstr(R"("model_version":"2, 1")")));

  const auto frame = Post("/transform", R"({"schema":{"fields":[{"name":"number","type":"double"},
      {"name":"user","type":"string"}]},"rows":[[1.5,"u1"]]})");
  EXPECT_EQ(frame.status, 200) << frame.body;
  EXPECT_THAT(frame.head, HasSubstr(IsTwos("u1") ? "Version: 2\r\n" : "Version: 1\r\n"));
}

TEST_F(SplitHttpTest, SageMakersColumnsAreTheBundlesOwn) {
  const auto csv = Post("/invocations", "1.5", "text/csv");
  EXPECT_EQ(csv.status, 200) << csv.body;
  EXPECT_THAT(csv.head, HasSubstr("Pillion-Version: 1\r\nPillion-Arm: published\r\n"));
  for (const std::string& user : Users()) {
    const auto json = Post("/invocations", R"({"schema":{"input":[{"name":"number","type":"double"},
             {"name":"user","type":"string"}],"output":{"name":"over","type":"double"}},
             "data":[1.5,")" + user + "\"]}");
    EXPECT_THAT(json.head, HasSubstr(IsTwos(user) ? "Version: 2\r\n" : "Version: 1\r\n"));
  }
}

TEST_F(SplitHttpTest, StatusAndMetricsCountTheRows) {
  TestHttpServer metrics({"tcp:127.0.0.1:0=score,metrics"});
  LoadAndWait(metrics, directory_.path(), kArmIsLoaded);
  std::size_t twos = 0;
  for (const std::string& user : Users()) {
    metrics.Connect().Post("/score/house", "application/json",
                           R"({"number":1.5,"user":")" + user + "\"}");
    twos += IsTwos(user);
  }
  const std::string text = metrics.Connect().Get("/metrics").body;
  EXPECT_THAT(text, HasSubstr("pillion_split_rows_total{model=\"house\",arm=\"2\",version=\"2\"} " +
                              std::to_string(twos) + "\n"));
  const std::string models = metrics.Connect().Get("/models").body;
  EXPECT_THAT(models, HasSubstr(R"("split":{"key":"user","salt":"x:","arms":[{"arm":"2",)"
                                R"("weight":4000,"version":"2","failure":null,"rows":)" +
                                std::to_string(twos) + "}"));
}

TEST(ShadowHttp, RowsAreComparedAndAnsweredAsEver) {
  const testing::TemporaryDirectory directory;
  for (const int version : {1, 2}) {
    testing::BundleOnDisk bundle;
    WriteBinarizers(bundle, version);
    PutInPlace(bundle, directory.path() / "house" / std::to_string(version));
  }
  directory.Write("house/model.yaml",
                  "publish: 1\nshadow: {version: 2, sample: 1, columns: [over]}\n");
  TestHttpServer server({"tcp:127.0.0.1:0=score,metrics"});
  LoadAndWait(server, directory.path(), R"("shadow":{"version":"2","sample":1.0,"failure":null)");
  const auto reply = server.Connect().Post(
      "/score/house?select=over", "application/jsonl",
      "{\"number\":0}\n{\"number\":1.5}\n{\"number\":\"x\"}\n{\"number\":3}\n");
  EXPECT_EQ(LinesIn(reply.body), 4);
  EXPECT_THAT(reply.body, HasSubstr("{\"over\":0.0}\n{\"over\":1.0}\n"));
  const auto metrics = [&] { return server.Connect().Get("/metrics").body; };
  const std::string labels = "{model=\"house\",version=\"2\",";
  while (metrics().find("rows_total" + labels + "outcome=\"scored\"} 3\n") == std::string::npos) {
    std::this_thread::yield();
  }
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr("pillion_shadow_changed_total" + labels + "column=\"over\"} 1\n"));
  const std::string name = "pillion_shadow_difference";
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + "column=\"over\",le=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + "column=\"over\",le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + "column=\"over\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum" + labels + "column=\"over\"} 1\n"));
}

}  // namespace
}  // namespace pillion
