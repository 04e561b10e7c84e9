// Family: generalized linear regression. The margin is the link of the mean.
//   generalized_linear_regression  prediction = the mean, kept in the family's range;
//                                  link_prediction = the margin
// Formulas follow combust/mleap, core/regression/GeneralizedLinearRegressionModel.scala.
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/linear/classes.h"
#include "engine/ops/families.h"
#include "engine/ops/linear_margin.h"

namespace pillion {
namespace {

using Function = double (*)(double) noexcept;

constexpr double kEpsilon = 1e-16;
constexpr double kLargest = std::numeric_limits<double>::max();

struct Link {
  std::string_view name;
  Function mean;  // of a margin
};

constexpr Link kLinks[] = {
    {"identity", [](double eta) noexcept { return eta; }},
    {"logit", [](double eta) noexcept { return Sigmoid(eta); }},
    {"log", [](double eta) noexcept { return std::exp(eta); }},
    {"inverse", [](double eta) noexcept { return 1.0 / eta; }},
    {"probit", [](double eta) noexcept { return 0.5 * (1.0 + std::erf(eta / std::sqrt(2.0))); }},
    {"cloglog", [](double eta) noexcept { return 1.0 - std::exp(-std::exp(eta)); }},
    {"sqrt", [](double eta) noexcept { return eta * eta; }},
};

double ProjectGaussian(double mean) noexcept {
  if (!std::isinf(mean)) return mean;
  return mean > 0 ? kLargest : -kLargest;
}

double ProjectBinomial(double mean) noexcept {
  if (mean < kEpsilon) return kEpsilon;
  return mean > 1.0 - kEpsilon ? 1.0 - kEpsilon : mean;
}

double ProjectPositive(double mean) noexcept {
  if (mean < kEpsilon) return kEpsilon;
  return std::isinf(mean) ? kLargest : mean;
}

struct DistributionFamily {
  std::string_view name;
  std::string_view default_link;
  Function project;  // a mean into the family's range; NaN stays
};

constexpr DistributionFamily kFamilies[] = {
    {"gaussian", "identity", ProjectGaussian},
    {"binomial", "logit", ProjectBinomial},
    {"poisson", "log", ProjectPositive},
    {"gamma", "inverse", ProjectPositive},
};

class GeneralizedLinearKernel final : public Kernel {
 public:
  GeneralizedLinearKernel(LinearMargin margin, Function mean, Function project)
      : margin_(std::move(margin)), mean_(mean), project_(project) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    double eta = 0;
    const ScoreCode code = margin_.Of(arguments.In(0), arguments.arena(), &eta);
    if (code != ScoreCode::kOk) return code;
    const double prediction = project_(mean_(eta));
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(prediction);
    // MLeap fills the declared columns from the front: alone, link_prediction holds the prediction.
    if (arguments.Wants(1)) {
      arguments.Out(1) = Value::Scalar(arguments.Wants(0) ? eta : prediction);
    }
    return ScoreCode::kOk;
  }

 private:
  LinearMargin margin_;
  Function mean_;
  Function project_;
};

// The row of `table` called `name`; refused, with the names there are, if there is none.
template <typename Row, std::size_t count>
const Row& Choose(OpSource& source, std::string_view attribute, const Row (&table)[count],
                  std::string_view name) {
  std::string names;
  for (const Row& row : table) {
    if (row.name == name) return row;
    names.append(names.empty() ? "" : ", ").append(row.name);
  }
  source.Refuse(attribute, "expected one of " + names + ", found \"" + std::string(name) + "\"");
  return table[0];
}

Operation CompileGeneralizedLinearRegression(OpSource& source) {
  LinearMargin margin = ReadLinearMargin(source);
  const bool has_family = source.Has("family");
  const std::string name = source.String("family");
  const DistributionFamily& family =
      has_family ? Choose(source, "family", kFamilies, name) : kFamilies[0];
  const Link& link = Choose(source, "link", kLinks, source.String("link", family.default_link));
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  return {.inputs = {margin.FeaturesPort()},
          .outputs = {{"prediction", number}, {"link_prediction", number}},
          .kernel = std::make_shared<GeneralizedLinearKernel>(std::move(margin), link.mean,
                                                              family.project)};
}

constexpr OpRow kRows[] = {
    {"generalized_linear_regression",
     "Regression with a gaussian, binomial, poisson or gamma response", Exactness::kUlp4,
     CompileGeneralizedLinearRegression},
};

}  // namespace

const OpFamily kGeneralizedLinearRegressions = {"generalized linear regressions", "core/regression",
                                                kRows};

}  // namespace pillion
