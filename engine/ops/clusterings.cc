// Family: clusters by their centres.
//   k_means             the nearest of all centres
//   bisecting_k_means   from the root of a tree of centres to the nearest child, down to a leaf
// Distances are Euclidean, whatever the model was trained with: bundles do not say.
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/clustering/.
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/total_order.h"
#include "engine/linear/distance.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

struct Center {
  std::vector<double> values;
  double norm = 0;
};

class KMeansKernel final : public Kernel {
 public:
  explicit KMeansKernel(std::vector<Center> centers) : centers_(std::move(centers)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const double norm = Norm(x.Values());
    double best = std::numeric_limits<double>::infinity();
    std::int32_t cluster = 0;
    for (std::size_t i = 0; i < centers_.size(); ++i) {
      const Center& center = centers_[i];
      const double difference = center.norm - norm;
      if (!(difference * difference < best)) continue;  // The distance is at least that.
      double distance = 0;
      code = SquaredDistance(center.values, center.norm, x, norm, &distance);
      if (code != ScoreCode::kOk) return code;
      if (!(distance < best)) continue;
      best = distance;
      cluster = static_cast<std::int32_t>(i);
    }
    arguments.Out() = Value::Scalar(cluster);
    return ScoreCode::kOk;
  }

 private:
  std::vector<Center> centers_;
};

Operation MakeClustering(std::uint32_t feature_count, std::shared_ptr<const Kernel> kernel) {
  return {.inputs = {{"features", DataType::Vector(static_cast<std::int32_t>(feature_count))}},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kInt, false)}},
          .kernel = std::move(kernel)};
}

Operation CompileKMeans(OpSource& source) {
  const std::uint32_t feature_count = ReadCount(source, "num_features");
  std::vector<Center> centers;
  for (const TensorAttribute& tensor : source.Tensors("cluster_centers")) {
    if (tensor.base != BasicType::kDouble) {
      source.Refuse("cluster_centers", "expected tensors of double, found one of " +
                                           std::string(BasicTypeName(tensor.base)));
    }
    centers.push_back({tensor.doubles, Norm(tensor.doubles)});
  }
  return MakeClustering(feature_count, std::make_shared<KMeansKernel>(std::move(centers)));
}

class BisectingKMeansKernel final : public Kernel {
 public:
  explicit BisectingKMeansKernel(ClusterTreeFile tree) : tree_(std::move(tree)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const double norm = Norm(x.Values());
    std::uint32_t at = 0;
    double distance = 0;
    code = DistanceTo(at, x, norm, &distance);  // The root's counts for its errors only.
    while (code == ScoreCode::kOk && tree_.nodes[at].child_count > 0) {
      code = NearestChild(&at, x, norm);
    }
    if (code == ScoreCode::kOk) arguments.Out() = Value::Scalar(tree_.nodes[at].index);
    return code;
  }

 private:
  ScoreCode DistanceTo(std::uint32_t node, const VectorView& x, double norm,
                       double* distance) const noexcept {
    const ClusterTreeFile::Node& center = tree_.nodes[node];
    return SquaredDistance({tree_.centers.data() + center.center_begin, center.center_count},
                           center.norm, x, norm, distance);
  }

  ScoreCode NearestChild(std::uint32_t* node, const VectorView& x, double norm) const noexcept {
    const std::uint32_t child_count = tree_.nodes[*node].child_count;
    std::uint32_t child = *node + 1;
    double best = 0;
    for (std::uint32_t i = 0; i < child_count; ++i, child = tree_.nodes[child].subtree_end) {
      double distance = 0;
      const ScoreCode code = DistanceTo(child, x, norm, &distance);
      if (code != ScoreCode::kOk) return code;
      if (i > 0 && CompareTotally(distance, best) >= 0) continue;
      best = distance;
      *node = child;
    }
    return ScoreCode::kOk;
  }

  ClusterTreeFile tree_;
};

Operation CompileBisectingKMeans(OpSource& source) {
  ClusterTreeFile tree = source.ClusterTree();
  for (const ClusterTreeFile::Node& node : tree.nodes) {
    if ((node.child_count == 0) == (node.index >= 0)) continue;
    source.Refuse("",
                  "expected leaves of the tree with an index from 0 and inner nodes with one "
                  "below, found a node with " +
                      std::to_string(node.child_count) + " children and the index " +
                      std::to_string(node.index));
    break;
  }
  if (source.refused() || tree.nodes.empty()) return {};
  const std::uint32_t feature_count = tree.nodes.front().center_count;
  return MakeClustering(feature_count, std::make_shared<BisectingKMeansKernel>(std::move(tree)));
}

constexpr OpRow kRows[] = {
    {"k_means", "The nearest of the cluster centres", Exactness::kBits, CompileKMeans},
    {"bisecting_k_means", "The nearest cluster, by a tree of centres", Exactness::kBits,
     CompileBisectingKMeans},
};

}  // namespace

const OpFamily kClusterings = {"clusterings", "core/clustering", kRows};

}  // namespace pillion
