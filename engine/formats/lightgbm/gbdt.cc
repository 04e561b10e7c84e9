#include "engine/formats/lightgbm/gbdt.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/quote.h"

namespace pillion {
namespace {

using Objective = Gbdt::Objective;

struct Row {
  std::string_view name;
  Objective objective;
};

constexpr Row kObjectives[] = {
    {"", Objective::kIdentity},
    {"none", Objective::kIdentity},
    {"custom", Objective::kIdentity},
    {"regression", Objective::kIdentity},
    {"regression_l1", Objective::kIdentity},
    {"huber", Objective::kIdentity},
    {"fair", Objective::kIdentity},
    {"quantile", Objective::kIdentity},
    {"mape", Objective::kIdentity},
    {"poisson", Objective::kExponential},
    {"gamma", Objective::kExponential},
    {"tweedie", Objective::kExponential},
    {"binary", Objective::kSigmoid},
    {"multiclass", Objective::kSoftmax},
    {"multiclassova", Objective::kSigmoids},
    {"cross_entropy", Objective::kSigmoid},
    {"cross_entropy_lambda", Objective::kLogOfExponential},
    {"lambdarank", Objective::kIdentity},
    {"rank_xendcg", Objective::kIdentity},
};

// As LightGBM has it: a float's value.
constexpr double kZeroMax = 1e-35F;

bool IsZero(double x) noexcept { return x >= -kZeroMax && x <= kZeroMax; }

bool GoesLeft(const GbdtFile::Tree& tree, const GbdtFile::Node& node, double x) noexcept {
  if (node.categorical) {
    // Truncated; what is negative, no number or too large is no category.
    if (!(x > -1 && x < 2147483648.0)) return false;
    const auto category = static_cast<std::uint32_t>(x);
    const std::uint32_t word = category / 32;
    return word < node.categories_count &&
           (tree.categories[node.categories_begin + word] >> (category % 32) & 1U) != 0;
  }
  if (std::isnan(x)) {
    if (node.missing == GbdtFile::Missing::kNan) return node.default_left;
    x = 0;
  }
  if (node.missing == GbdtFile::Missing::kZero && x == 0) return node.default_left;
  return x <= node.threshold;
}

}  // namespace

Result<Gbdt> Gbdt::Make(GbdtFile file) {
  Gbdt gbdt;
  PILLION_TRY(gbdt.TakeObjective(file.objective));
  gbdt.feature_count_ = file.feature_count;
  gbdt.class_count_ = file.trees_per_iteration;
  gbdt.average_output_ = file.average_output;
  gbdt.trees_ = std::move(file.trees);
  return gbdt;
}

Result<void> Gbdt::TakeObjective(const std::string& text) {
  std::string_view rest = text;
  const auto take = [&rest] {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    return word;
  };
  const std::string_view name = take();
  const auto* const row = std::ranges::find(kObjectives, name, &Row::name);
  if (row == std::end(kObjectives)) {
    return Fail(LoadCode::kUnsupported, "objective",
                "the objective " + Quote(name) + " is not known");
  }
  objective_ = row->objective;
  is_binary_ = name == "binary";
  while (!rest.empty()) {
    const std::string_view word = take();
    constexpr std::string_view kSigmoidIs = "sigmoid:";
    if (word == "sqrt") objective_ = Objective::kSquare;
    if (!word.starts_with(kSigmoidIs)) continue;
    const std::string_view number = word.substr(kSigmoidIs.size());
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), sigmoid_);
    if (error != std::errc() || end != number.data() + number.size()) {
      return Fail(LoadCode::kBadBundle, "objective", "expected a number, found " + Quote(word));
    }
  }
  return {};
}

double Gbdt::Feature(double x) noexcept { return IsZero(x) ? 0 : x; }

double Gbdt::Leaf(const GbdtFile::Tree& tree, const double* features) noexcept {
  if (tree.nodes.empty()) return tree.leaves[0];
  std::int32_t at = 0;
  while (at >= 0) {
    const GbdtFile::Node& node = tree.nodes[static_cast<std::size_t>(at)];
    at = GoesLeft(tree, node, features[node.feature]) ? node.left : node.right;
  }
  const std::int32_t leaf = ~at;
  return tree.leaves[static_cast<std::size_t>(leaf)];
}

void Gbdt::Sum(const double* features, double* sums) const noexcept {
  std::fill_n(sums, class_count_, 0.0);
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    sums[i % class_count_] += Leaf(trees_[i], features);
  }
  if (!average_output_ || trees_.empty()) return;
  const std::size_t iterations = trees_.size() / class_count_;
  for (std::uint32_t k = 0; k < class_count_; ++k) sums[k] /= static_cast<double>(iterations);
}

void Gbdt::Convert(const double* sums, double* predictions) const noexcept {
  switch (objective_) {
    case Objective::kIdentity: std::copy_n(sums, class_count_, predictions); return;
    case Objective::kSoftmax: {
      const double largest = *std::max_element(sums, sums + class_count_);
      double total = 0;
      for (std::uint32_t k = 0; k < class_count_; ++k) {
        predictions[k] = std::exp(sums[k] - largest);
        total += predictions[k];
      }
      for (std::uint32_t k = 0; k < class_count_; ++k) predictions[k] /= total;
      return;
    }
    default: break;
  }
  for (std::uint32_t k = 0; k < class_count_; ++k) {
    const double x = sums[k];
    switch (objective_) {
      case Objective::kSquare: predictions[k] = (x > 0 ? 1 : x < 0 ? -1 : 0) * x * x; break;
      case Objective::kExponential: predictions[k] = std::exp(x); break;
      case Objective::kLogOfExponential: predictions[k] = std::log1p(std::exp(x)); break;
      default: predictions[k] = 1.0 / (1.0 + std::exp(-sigmoid_ * x)); break;
    }
  }
}

}  // namespace pillion
