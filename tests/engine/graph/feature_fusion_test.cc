// Fast steps against plain steps: the same bits, codes and columns for any row.
#include "engine/graph/feature_fusion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

using testing::BundleOnDisk;

std::string Socket(const std::string& port, const std::string& column) {
  return R"({"port":")" + port + R"(","name":")" + column + R"("})";
}

std::string Shapes(std::initializer_list<int> sizes) {  // 0: a scalar
  std::string list;
  for (const int size : sizes) {
    if (!list.empty()) list += ',';
    list += size == 0 ? std::string(R"({"base":"scalar","isNullable":true})")
                      : R"({"base":"tensor","isNullable":true,"tensorShape":{"dimensions":[)"
                        R"({"size":)" +
                            std::to_string(size) + R"(,"name":""}]}})";
  }
  return R"("input_shapes":{"type":"list","data_shape":[)" + list + "]}";
}

std::string Tensor(const std::string& name, const std::string& values, int size) {
  return "\"" + name + R"(":{"type":"tensor","double":[)" + values +
         R"(],"shape":{"dimensions":[{"size":)" + std::to_string(size) + R"(,"name":""}]}})";
}

// Two indexers (error, keep) with encoders of every width, two scaled groups, plain columns.
void WritePipeline(BundleOnDisk& bundle) {
  bundle.Pipeline("root", R"("i1","i2","o1","o2","a1","s1","a2","s2","all","lr")");
  bundle.Stage("root/i1.node", "string_indexer", Socket("input", "city"),
               Socket("output", "city_i"),
               R"("labels":{"type":"list","string":["a","b","c","d"]})");
  bundle.Stage("root/i2.node", "string_indexer", Socket("input", "kind"),
               Socket("output", "kind_i"),
               R"("labels":{"type":"list","string":["x","y"]},"handle_invalid":{"string":"keep"})");
  bundle.Stage("root/o1.node", "one_hot_encoder", Socket("input", "city_i"),
               Socket("output", "city_v"), R"("size":{"long":3},"drop_last":{"boolean":true})");
  bundle.Stage("root/o2.node", "one_hot_encoder",
               Socket("input0", "kind_i") + "," + Socket("input1", "number"),
               Socket("output0", "kind_v") + "," + Socket("output1", "number_v"),
               R"("category_sizes":{"type":"list","int":[3,5]},"drop_last":{},)"
               R"("handle_invalid":{"string":"keep"})");
  bundle.Stage("root/a1.node", "vector_assembler",
               Socket("input0", "p") + "," + Socket("input1", "q"), Socket("output", "pq"),
               Shapes({0, 0}));
  bundle.Stage("root/s1.node", "standard_scaler", Socket("input", "pq"), Socket("output", "pq_s"),
               Tensor("std", "0.3,0.0", 2));
  bundle.Stage("root/a2.node", "vector_assembler",
               Socket("input0", "q") + "," + Socket("input1", "r"), Socket("output", "qr"),
               Shapes({0, 0}));
  bundle.Stage("root/s2.node", "standard_scaler", Socket("input", "qr"), Socket("output", "qr_s"),
               Tensor("std", "7.1,0.0", 2) + "," + Tensor("mean", "0.7,2.5", 2));
  bundle.Stage("root/all.node", "vector_assembler",
               Socket("input0", "city_v") + "," + Socket("input1", "kind_v") + "," +
                   Socket("input2", "pq_s") + "," + Socket("input3", "number_v") + "," +
                   Socket("input4", "qr_s") + "," + Socket("input5", "r") + "," +
                   Socket("input6", "kind_i"),
               Socket("output", "v"), Shapes({3, 4, 2, 6, 2, 0, 0}));
  bundle.Stage("root/lr.node", "linear_regression", Socket("features", "v"),
               Socket("prediction", "y"),
               Tensor("coefficients", "1,2,3,4,5,6,7,8.1,9,10,11,12,13,14,15,16,17.7,18,19", 19) +
                   R"(,"intercept":{"double":0.1})");
}

class RandomRow {
 public:
  explicit RandomRow(unsigned seed) : random_(seed) {}

  void Fill(Workspace& workspace) {
    const Schema& inputs = workspace.plan().inputs();
    for (std::size_t i = 0; i < inputs.size(); ++i) workspace.Input(i) = Next(inputs[i].type);
  }

 private:
  Value Next(const DataType& type) {
    if (random_() % 40 == 0) return Value::Null();
    if (type.base == BasicType::kString) {
      constexpr std::string_view kLabels[] = {"a", "b", "c", "d", "x", "y", "", "unseen"};
      const std::size_t known = random_() % 20 == 0 ? 8 : random_() % 2 == 0 ? 4 : 6;
      return Value::Text(kLabels[random_() % known]);
    }
    constexpr double kSpecial[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1, 2, 3, 7.5, -1, 5e-324};
    if (random_() % 2 == 0) return Value::Scalar(kSpecial[random_() % std::size(kSpecial)]);
    return Value::Scalar(std::normal_distribution<double>(0, 10)(random_));
  }

  std::mt19937 random_;
};

std::uint64_t Bits(double x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

void ExpectSameVector(const Value& fast, const Value& plain) {
  ASSERT_EQ(fast.sparse, plain.sparse);
  ASSERT_EQ(fast.size, plain.size);
  ASSERT_EQ(fast.count, plain.count);
  for (std::uint32_t i = 0; i < plain.count; ++i) {
    ASSERT_EQ(Bits(fast.Elements<double>()[i]), Bits(plain.Elements<double>()[i]));
    if (plain.sparse) {
      ASSERT_EQ(fast.indices[i], plain.indices[i]);
    }
  }
}

TEST(FeatureFusion, GivesTheBitsOfThePlainSteps) {
  BundleOnDisk bundle;
  WritePipeline(bundle);
  const auto model = bundle.Load();
  ASSERT_TRUE(model) << model.error().Text();
  const std::vector<std::string> wanted = {"v", "y"};
  const auto fast = *(*model)->Bind({.inputs = {}, .outputs = wanted});
  const auto plain = *(*model)->Bind({.inputs = {}, .outputs = wanted, .fuse_features = false});
  EXPECT_EQ(fast->fast_steps().size(), 2U);
  EXPECT_TRUE(plain->fast_steps().empty());
  ASSERT_EQ(fast->inputs(), plain->inputs());

  Workspace fast_workspace(fast);
  Workspace plain_workspace(plain);
  RandomRow fast_rows(11);
  RandomRow plain_rows(11);
  int scored = 0;
  for (int row = 0; row < 50'000; ++row) {
    fast_rows.Fill(fast_workspace);
    plain_rows.Fill(plain_workspace);
    const ScoreCode code = plain_workspace.Score();
    ASSERT_EQ(fast_workspace.Score(), code) << row;
    if (code != ScoreCode::kOk) {
      ASSERT_EQ(fast_workspace.fault().column, plain_workspace.fault().column);
      ASSERT_EQ(fast_workspace.fault().stage, plain_workspace.fault().stage);
      continue;
    }
    ++scored;
    ExpectSameVector(fast_workspace.Output(0), plain_workspace.Output(0));
    ASSERT_EQ(Bits(fast_workspace.Output(1).float64), Bits(plain_workspace.Output(1).float64));
  }
  EXPECT_GT(scored, 5'000);
}

TEST(FeatureFusion, KeepsStepsWhoseColumnsAreWanted) {
  BundleOnDisk bundle;
  WritePipeline(bundle);
  const auto model = bundle.Load();
  ASSERT_TRUE(model) << model.error().Text();
  const auto plan = *(*model)->Bind({});
  EXPECT_EQ(plan->fast_steps().size(), plan->steps().size());
}

// Each reads the two before it, so that the features grow as Fibonacci's numbers.
TEST(FeatureFusion, GivesUpOnAssemblersThatReadEachOtherAgainAndAgain) {
  BundleOnDisk bundle;
  std::string nodes = R"("i")";
  bundle.Stage("root/i.node", "string_indexer", Socket("input", "text"), Socket("output", "n"),
               R"("labels":{"type":"list","string":["a"]})");
  std::string before = "m";
  std::string last = "n";
  for (int i = 0; i < 60; ++i) {
    const std::string name = "v" + std::to_string(i);
    nodes += ",\"" + name + '"';
    bundle.Stage("root/" + name + ".node", "vector_assembler",
                 Socket("input0", before) + "," + Socket("input1", last), Socket("output", name),
                 i == 0   ? Shapes({0, 0})
                 : i == 1 ? Shapes({0, 2})
                          : Shapes({2, 2}));
    before = last;
    last = name;
  }
  bundle.Pipeline("root", nodes);
  const auto model = bundle.Load();
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_TRUE((*model)->Bind({.inputs = {}, .outputs = {{"v59"}}}));
}

}  // namespace
}  // namespace pillion
