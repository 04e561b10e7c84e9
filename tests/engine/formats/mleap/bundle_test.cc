// Whole bundles: those that MLeap published, the recorded cases in both formats, zip against
// directory.
#include "engine/formats/mleap/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/formats/mleap/tree_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using pillion::testing::kNoSharedData;
using pillion::testing::SharedData;
using pillion::testing::TemporaryDirectory;
using pillion::testing::WriteZip;
using ::testing::HasSubstr;

constexpr const char* kBundleJson =
    R"({"uid":"1-2-3-4-5","name":"n","format":"json","version":"1","timestamp":""})";

// JSON has no infinities and no NaN but null.
bool SameNumber(double a, double b) {
  return std::isfinite(a) && std::isfinite(b) ? a == b : !std::isfinite(a) && !std::isfinite(b);
}

template <typename T>
bool SameNumbers(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameNumber);
}

// A scalar's zero may be written or left out.
template <typename T>
std::vector<T> WithoutZero(const AttributeValue& value, const std::vector<T>& kind) {
  const bool is_zero = value.container == AttributeValue::Container::kScalar && kind.size() == 1 &&
                       kind.front() == T{};
  return is_zero ? std::vector<T>() : kind;
}

bool SameTensor(const TensorAttribute& a, const TensorAttribute& b) {
  return a.base == b.base && a.dimensions == b.dimensions && SameNumbers(a.doubles, b.doubles) &&
         SameNumbers(a.floats, b.floats) && a.integers == b.integers && a.strings == b.strings;
}

bool SameShape(const DataShape& a, const DataShape& b) {
  return a.shape == b.shape && a.nullable == b.nullable && a.dimensions == b.dimensions;
}

bool SameValue(const AttributeValue& a, const AttributeValue& b) {
  const auto same = [&](auto kind) { return WithoutZero(a, a.*kind) == WithoutZero(b, b.*kind); };
  return a.container == b.container && same(&AttributeValue::booleans) &&
         same(&AttributeValue::ints) && same(&AttributeValue::longs) &&
         same(&AttributeValue::strings) && same(&AttributeValue::byte_strings) &&
         SameNumbers(WithoutZero(a, a.floats), WithoutZero(b, b.floats)) &&
         SameNumbers(WithoutZero(a, a.doubles), WithoutZero(b, b.doubles)) &&
         std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                    SameTensor) &&
         a.basic_types == b.basic_types &&
         std::equal(a.data_shapes.begin(), a.data_shapes.end(), b.data_shapes.begin(),
                    b.data_shapes.end(), SameShape);
}

bool SameSockets(const std::vector<Socket>& a, const std::vector<Socket>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Socket& x, const Socket& y) {
    return x.port == y.port && x.name == y.name;
  });
}

void ExpectSameTree(Bundle& a, Bundle& b, const std::string& directory, const std::string& op) {
  if (!a.Contains(a.FilePath(directory, "tree"))) return;
  const auto read = [&](Bundle& bundle, auto reader) {
    const std::string path = bundle.FilePath(directory, "tree");
    return reader(bundle.ReadFile(path).value(), bundle.info().format, bundle.limits(), path);
  };
  if (op == "bisecting_k_means") {
    const auto x = read(a, ReadClusterTree).value();
    const auto y = read(b, ReadClusterTree).value();
    ASSERT_EQ(x.nodes.size(), y.nodes.size()) << directory;
    for (std::size_t i = 0; i < x.nodes.size(); ++i) {
      EXPECT_EQ(x.nodes[i].index, y.nodes[i].index);
      EXPECT_EQ(x.nodes[i].norm, y.nodes[i].norm);
      EXPECT_EQ(x.nodes[i].subtree_end, y.nodes[i].subtree_end);
    }
    EXPECT_TRUE(SameNumbers(x.centers, y.centers)) << directory;
    return;
  }
  const auto x = read(a, ReadDecisionTree).value();
  const auto y = read(b, ReadDecisionTree).value();
  ASSERT_EQ(x.nodes.size(), y.nodes.size()) << directory;
  for (std::size_t i = 0; i < x.nodes.size(); ++i) {
    EXPECT_EQ(x.nodes[i].kind, y.nodes[i].kind);
    EXPECT_EQ(x.nodes[i].feature, y.nodes[i].feature);
    EXPECT_EQ(x.nodes[i].is_left, y.nodes[i].is_left);
    EXPECT_EQ(x.nodes[i].right, y.nodes[i].right);
    EXPECT_TRUE(SameNumber(x.nodes[i].threshold, y.nodes[i].threshold));
  }
  EXPECT_TRUE(SameNumbers(x.values, y.values)) << directory;
}

// Compares the models below `directory`, and counts them. REQUIRES: both can be read.
int ExpectSameModels(Bundle& a, Bundle& b, const std::string& directory) {
  if (a.Contains(a.FilePath(directory, "node"))) {
    const auto x = a.ReadNode(directory).value();
    const auto y = b.ReadNode(directory).value();
    EXPECT_EQ(x.name, y.name);
    EXPECT_TRUE(SameSockets(x.inputs, y.inputs) && SameSockets(x.outputs, y.outputs)) << directory;
  }
  const auto x = a.ReadModel(directory).value();
  const auto y = b.ReadModel(directory).value();
  EXPECT_EQ(x.op, y.op);
  EXPECT_EQ(x.attributes.values.size(), y.attributes.values.size()) << directory;
  for (const auto& [name, value] : x.attributes.values) {
    const AttributeValue* other = y.attributes.Find(name);
    EXPECT_TRUE(other != nullptr && SameValue(value, *other)) << directory << ": " << name;
  }
  ExpectSameTree(a, b, directory, x.op);
  int count = 1;
  if (x.op == "pipeline") {
    for (const std::string& child : x.attributes.Find("nodes")->strings) {
      count += ExpectSameModels(a, b, directory + "/" + child + ".node");
    }
  }
  for (const char* stem : {"tree", "model"}) {
    for (int i = 0;; ++i) {
      const std::string nested = directory + "/" + stem + std::to_string(i);
      if (!a.Contains(a.FilePath(nested, "model"))) break;
      count += ExpectSameModels(a, b, nested);
    }
  }
  return count;
}

// Unpacks with libzip itself.
void Unpack(const fs::path& zip_file, const TemporaryDirectory& directory) {
  zip_t* zip = zip_open(zip_file.c_str(), ZIP_RDONLY, nullptr);
  ASSERT_NE(zip, nullptr);
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    zip_stat_t status;
    zip_stat_index(zip, i, 0, &status);
    const std::string name = status.name;
    if (name.ends_with('/')) continue;
    std::string bytes(status.size, '\0');
    zip_file_t* file = zip_fopen_index(zip, i, 0);
    EXPECT_EQ(zip_fread(file, bytes.data(), bytes.size()), static_cast<zip_int64_t>(bytes.size()));
    zip_fclose(file);
    directory.Write(name, bytes);
  }
  zip_discard(zip);
}

TEST(Bundle, ReadsWhatMleapPublished) {
  const auto shared = SharedData();
  if (!shared) GTEST_SKIP() << kNoSharedData;
  auto lr = Bundle::Open(*shared / "data/airbnb.model.lr.zip", {});
  ASSERT_TRUE(lr) << lr.error().Text();
  EXPECT_EQ(lr->info().version, "0.8.0-SNAPSHOT");
  const auto root = lr->ReadModel("root");
  ASSERT_TRUE(root) << root.error().Text();
  EXPECT_EQ(root->op, "pipeline");
  EXPECT_EQ(root->attributes.Find("nodes")->strings.size(), 2U);
  auto rf = Bundle::Open(*shared / "data/airbnb.model.rf.zip", {});
  ASSERT_TRUE(rf) << rf.error().Text();
}

TEST(Bundle, ReadsADirectoryAsItsZip) {
  const auto shared = SharedData();
  if (!shared) GTEST_SKIP() << kNoSharedData;
  for (const char* name : {"airbnb.model.lr.zip", "airbnb.model.rf.zip"}) {
    const TemporaryDirectory directory;
    Unpack(*shared / "data" / name, directory);
    auto zip = Bundle::Open(*shared / "data" / name, {});
    auto unpacked = Bundle::Open(directory.path(), {});
    ASSERT_TRUE(zip && unpacked);
    EXPECT_GT(ExpectSameModels(*zip, *unpacked, "root"), 15) << name;
  }
}

TEST(Bundle, ReadsBothFormatsAlike) {
  const auto shared = SharedData();
  if (!shared) GTEST_SKIP() << kNoSharedData;
  int pairs = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(*shared / "goldens")) {
    if (!fs::exists(entry.path() / "model.pb.zip")) continue;
    SCOPED_TRACE(entry.path().filename());
    auto json = Bundle::Open(entry.path() / "model.zip", {});
    auto proto = Bundle::Open(entry.path() / "model.pb.zip", {});
    ASSERT_TRUE(json && proto);
    EXPECT_EQ(json->info().format, BundleFormat::kJson);
    EXPECT_EQ(proto->info().format, BundleFormat::kProtobuf);
    ExpectSameModels(*json, *proto, "root");
    ++pairs;
  }
  EXPECT_GT(pairs, 50);
}

TEST(Bundle, NeedsItsBundleJson) {
  const auto none = Bundle::OpenBytes(WriteZip({{.name = "root/model.json"}}), {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().problems.at(0).code, LoadCode::kBadBundle);
  EXPECT_THAT(none.error().Text(), HasSubstr("bundle.json"));
  EXPECT_FALSE(Bundle::OpenBytes(WriteZip({{.name = "bundle.json", .content = "{}"}}), {}));
  EXPECT_FALSE(Bundle::OpenBytes("", {}));
}

TEST(Bundle, NamesFilesByItsFormat) {
  auto json = Bundle::OpenBytes(WriteZip({{.name = "bundle.json", .content = kBundleJson}}), {});
  ASSERT_TRUE(json) << json.error().Text();
  EXPECT_EQ(json->FilePath("root/x.node", "model"), "root/x.node/model.json");
  const auto missing = json->ReadModel("root");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().problems.at(0).code, LoadCode::kBadBundle);
  EXPECT_EQ(missing.error().problems.at(0).where, "root/model.json");
  const auto outside = json->ReadModel("../root");
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().problems.at(0).code, LoadCode::kBadArchive);
}

}  // namespace
}  // namespace pillion
