// Complete random trees walked for distinct random rows: as XGBoost's (floats, missing values) and
// as Spark's (doubles). NAME/trees/depth/features.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "engine/forest/forest.h"
#include "engine/formats/xgboost/booster.h"

namespace {

using namespace pillion;  // NOLINT(google-build-using-namespace)

struct Shape {
  explicit Shape(const benchmark::State& state)
      : trees(static_cast<std::uint32_t>(state.range(0))),
        depth(static_cast<std::uint32_t>(state.range(1))),
        features(static_cast<std::uint32_t>(state.range(2))) {}

  std::uint32_t trees;
  std::uint32_t depth;
  std::uint32_t features;
};

// Dense rows, more of them than a branch predictor could learn.
class Rows {
 public:
  explicit Rows(std::uint32_t features) : features_(features), values_(kCount * features) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    for (double& value : values_) value = normal(random);
  }

  VectorView Next() {
    next_ = (next_ + 1) % kCount;
    return {features_, features_, values_.data() + next_ * features_, nullptr};
  }

 private:
  static constexpr std::size_t kCount = 1000;

  std::uint32_t features_;
  std::vector<double> values_;
  std::size_t next_ = 0;
};

Booster MakeBooster(const Shape& shape) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  BoosterFile file;
  file.feature_count = shape.features;
  file.objective = "reg:squarederror";
  file.kind = "gbtree";
  const std::int32_t inner_count = (1 << shape.depth) - 1;
  for (std::uint32_t tree = 0; tree < shape.trees; ++tree) {
    BoosterFile::Tree& made = file.trees.emplace_back();
    for (std::int32_t i = 0; i < 2 * inner_count + 1; ++i) {
      BoosterFile::Node& node = made.nodes.emplace_back();
      node.value = normal(random);
      node.hessian_sum = 1;
      if (i >= inner_count) continue;
      node.left = 2 * i + 1;
      node.right = 2 * i + 2;
      node.feature = static_cast<std::uint32_t>(random()) % shape.features;
      node.default_left = random() % 2 == 0;
    }
    file.tree_groups.push_back(0);
  }
  return *Booster::Make(std::move(file), 0, {}, "bench");
}

void XgboostTrees(benchmark::State& state) {
  const Shape shape(state);
  const Booster booster = MakeBooster(shape);
  Rows rows(shape.features);
  Arena arena(1 << 20);
  for (auto _ : state) {
    arena.Reset();
    const float* features = nullptr;
    float margin = 0;
    ScoreCode code = booster.ReadFeatures(rows.Next(), arena, &features);
    if (code == ScoreCode::kOk) code = booster.Margins(features, arena, &margin);
    if (code != ScoreCode::kOk) state.SkipWithError("no answer");
    benchmark::DoNotOptimize(margin);
  }
}

void SparkTrees(benchmark::State& state) {
  const Shape shape(state);
  std::mt19937 random(1);
  ForestBuilder builder;
  std::normal_distribution<double> normal;
  const std::uint32_t inner_count = (1U << shape.depth) - 1;
  for (std::uint32_t i = 0; i < shape.trees; ++i) {
    builder.Add([&](std::uint32_t index) -> ForestBuilder::Node {
      if (index >= inner_count) return {};
      return {.kind = ForestBuilder::Node::Kind::kNumber,
              .feature = static_cast<std::uint32_t>(random()) % shape.features,
              .left = 2 * index + 1,
              .right = 2 * index + 2,
              .threshold = normal(random)};
    });
  }
  const Forest forest = std::move(builder).Build();
  Rows rows(shape.features);
  Arena arena(1 << 20);
  for (auto _ : state) {
    arena.Reset();
    std::uint32_t* leaves = nullptr;
    if (forest.FindLeaves(rows.Next(), arena, &leaves) != ScoreCode::kOk) {
      state.SkipWithError("no answer");
    }
    benchmark::DoNotOptimize(leaves);
  }
}

void Shapes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t features : {30, 128}) {
    bench->Args({1, 6, features})->Args({100, 6, features})->Args({1000, 6, features});
  }
  bench->Args({500, 10, 30});
}

BENCHMARK(XgboostTrees)->Apply(Shapes);
BENCHMARK(SparkTrees)->Apply(Shapes);

}  // namespace

BENCHMARK_MAIN();
