// The calls of MLeap's first server. Prices are those that Spark gives for the example's rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "sidecar/table/table.h"
#include "tests/sidecar/http/test_http_server.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

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
  HttpClient::Reply Put(const std::string& body, const std::string& type = kJson) {
    return client_
        .Send("PUT /model HTTP/1.1\r\nHost: t\r\nContent-Type: " + type +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
        .Read();
  }
  HttpClient::Reply Delete() {
    return client_.Send("DELETE /model HTTP/1.1\r\nHost: t\r\n\r\n").Read();
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
  // There is no way to ask for what the command line offers here.
  EXPECT_THAT(Transform(kJson, "*/*", R"({"schema":{"fields":[]},"rows":[]})").body,
              Not(HasSubstr("--")));
  EXPECT_EQ(Transform(kJson, "*/*", "{").status, 400);
  EXPECT_EQ(Transform(kJson, "*/*", "").status, 400);
  EXPECT_EQ(Transform("application/avro", "*/*", "Obj").status, 400);
  EXPECT_EQ(Transform("text/csv", "*/*", frame_).status, 415);
  EXPECT_EQ(Transform(kJson, "application/avro", frame_).status, 406);
  const auto method = client_.Send("PATCH /model HTTP/1.1\r\nHost: t\r\n\r\n").Read();
  EXPECT_EQ(method.status, 405);
  EXPECT_THAT(method.head, HasSubstr("Allow: PUT, DELETE, GET\r\n"));
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

class MleapModels : public MleapDialectTest {
 protected:
  // Beside the directory of models lies a bundle that is nobody's.
  MleapModels() {
    server_.Publish(ModelRegistry{});
    fs::create_directory(models_);
    server_.LoadDirectory(models_);
    fs::copy_file(kExample + "house-lr.zip", models_ / "house-lr.zip");
    fs::copy_file(kExample + "house-lr.zip", outside_);
  }
  static std::string Path(const fs::path& path) { return R"({"path":")" + path.string() + R"("})"; }

  const testing::TemporaryDirectory directory_;
  const fs::path models_ = directory_.path() / "models";
  const fs::path outside_ = directory_.path() / "outside.zip";
};

TEST_F(MleapModels, ComeAndGoByPutAndDelete) {
  EXPECT_EQ(Transform(kJson, "*/*", frame_).status, 500);
  for (const std::string& path :
       {(models_ / "house-lr.zip").string(), std::string("house-lr.zip")}) {
    const auto put = Put(Path(path));
    ASSERT_EQ(put.status, 200) << put.body;
    EXPECT_EQ(put.body, "{}");
    EXPECT_THAT(put.head, HasSubstr("Content-Type: application/json\r\n"));
    const auto scored = Transform(kJson, "*/*", frame_);
    ASSERT_EQ(scored.status, 200) << scored.body;
    ExpectPrices(scored.body, TableFormat::kJson);
  }
  EXPECT_EQ(Delete().body, "{}");
  EXPECT_EQ(Transform(kJson, "*/*", frame_).body, "no model is loaded");
  EXPECT_EQ(Delete().status, 200);
}

TEST_F(MleapModels, ReplaceTheOneBefore) {
  testing::BundleOnDisk small;
  WriteBinarizers(small, 1);
  PutInPlace(small, models_ / "small");
  ASSERT_EQ(Put(Path("house-lr.zip")).status, 200);
  ASSERT_EQ(Put(Path("small")).status, 200);
  EXPECT_THAT(client_.Get("/model").body, HasSubstr("\"under\""));
  // What cannot be loaded changes nothing.
  std::ofstream(models_ / "broken.zip") << "no zip";
  const auto broken = Put(Path("broken.zip"));
  EXPECT_EQ(broken.status, 500);
  EXPECT_THAT(broken.body, HasSubstr("broken.zip"));
  EXPECT_EQ(Put(Path("none.zip")).status, 500);
  EXPECT_THAT(client_.Get("/model").body, HasSubstr("\"under\""));
}

TEST_F(MleapModels, LieBelowTheDirectoryAlone) {
  fs::create_symlink(outside_, models_ / "link.zip");
  fs::create_symlink(directory_.path(), models_ / "up");
  fs::create_directory(directory_.path() / "models-beside");
  fs::copy_file(outside_, directory_.path() / "models-beside" / "m.zip");
  for (const std::string& path :
       {outside_.string(), std::string("../outside.zip"), std::string("none/../../outside.zip"),
        std::string("link.zip"), std::string("up/outside.zip"), std::string("up/none.zip"),
        std::string("../models-beside/m.zip"), std::string("."), models_.string(),
        std::string("house-lr.zip\\u0000"), std::string("/etc/passwd"), std::string("/no/such")}) {
    const auto refused = Put(Path(path));
    EXPECT_EQ(refused.status, 403) << path << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("expected a path below")) << path;
  }
  EXPECT_EQ(Transform(kJson, "*/*", frame_).body, "no model is loaded");
  // A link that stays below is no way out: so a Kubernetes volume has them.
  fs::create_directory(models_ / "..data");
  fs::copy_file(outside_, models_ / "..data" / "m.zip");
  fs::create_symlink("..data/m.zip", models_ / "m.zip");
  EXPECT_EQ(Put(Path("m.zip")).status, 200);
}

TEST_F(MleapModels, AreThoseOfCallersAlone) {
  server_.Publish(KingCounty());
  EXPECT_EQ(Delete().status, 200);  // none of callers is there
  EXPECT_EQ(client_.Get("/model").status, 200);
  ModelRegistry registry;
  registry.Publish("default", "1", LoadBinarizers(1));
  server_.Publish(registry);
  EXPECT_EQ(Put(Path("house-lr.zip")).status, 403);
  const auto refused = Delete();
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("pillion ctl"));
  EXPECT_THAT(client_.Get("/model").body, HasSubstr("\"under\""));
}

TEST_F(MleapModels, AreNamedByAPathInJson) {
  EXPECT_EQ(Put(Path("house-lr.zip"), "text/plain").status, 415);
  for (const char* body : {"", "{", "[]", "{}", R"({"path":""})", R"({"path":7})"}) {
    EXPECT_EQ(Put(body).status, 400) << body;
  }
}

TEST_F(MleapDialectTest, ChangesNothingWithoutADirectoryOfModels) {
  const auto put = Put(R"({"path":")" + kExample + R"(house-lr.zip"})");
  EXPECT_EQ(put.status, 403);
  EXPECT_THAT(put.body, HasSubstr("--models DIR"));
  EXPECT_EQ(Delete().status, 403);
  EXPECT_EQ(client_.Get("/model").status, 200);
}

}  // namespace
}  // namespace pillion
