// Family: mixtures of distributions.
//   gaussian_mixture   the probability of each multivariate normal component, and the likeliest
// Formulas follow Spark's MultivariateGaussian, which decomposes each covariance; eigenvectors
// are another library's here, so the last bits differ.
#define EIGEN_DONT_VECTORIZE  // One order of sums, and no fused ones, on all machines.
#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/classes.h"
#include "engine/linear/fused_sums.h"
#include "engine/linear/matrix.h"
#include "engine/ops/families.h"
#include "engine/ops/matrix_attribute.h"

namespace pillion {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// One component. MLeap finds out at the first row that a covariance is not symmetric.
struct Gaussian {
  Matrix whitening;                // diag(sqrt(1 / eigenvalue)) · eigenvectors transposed
  std::vector<double> white_mean;  // whitening · mean
  double log_scale = 0;            // of the density
  bool symmetric = false;
};

bool IsSymmetric(const Matrix& matrix) {
  constexpr double kTolerance = 1e-7;
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double difference =
          matrix.values[i * matrix.rows + j] - matrix.values[j * matrix.rows + i];
      if (!(std::abs(difference) <= kTolerance)) return false;
    }
  }
  return true;
}

Gaussian Decompose(const std::vector<double>& mean, const Matrix& covariance) {
  const auto size = static_cast<Eigen::Index>(covariance.rows);
  if (!IsSymmetric(covariance)) return {};
  const Eigen::Map<const Eigen::MatrixXd> matrix(covariance.values.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  const Eigen::VectorXd& values = solver.eigenvalues();
  const double tolerance = kEpsilon * values.maxCoeff() * static_cast<double>(size);
  Gaussian gaussian;
  gaussian.symmetric = true;
  gaussian.whitening = {covariance.rows, covariance.rows,
                        std::vector<double>(mean.size() * mean.size())};
  double log_determinant = 0;
  for (Eigen::Index i = 0; i < size; ++i) {
    const bool counts = values[i] > tolerance;
    if (counts) log_determinant += std::log(values[i]);
    const double scale = counts ? std::sqrt(1.0 / values[i]) : 0.0;
    for (Eigen::Index j = 0; j < size; ++j) {
      gaussian.whitening.values[static_cast<std::size_t>(j * size + i)] =
          scale * solver.eigenvectors()(j, i);
    }
  }
  gaussian.log_scale =
      -0.5 * (static_cast<double>(size) * std::log(2.0 * std::numbers::pi) + log_determinant);
  gaussian.white_mean.assign(mean.size(), 0.0);
  const auto count = static_cast<std::uint32_t>(mean.size());
  AddProduct(gaussian.whitening, 1.0, {count, count, mean.data(), nullptr},
             gaussian.white_mean.data());
  return gaussian;
}

class GaussianMixtureKernel final : public Kernel {
 public:
  GaussianMixtureKernel(std::vector<Gaussian> gaussians, std::vector<double> weights)
      : gaussians_(std::move(gaussians)), weights_(std::move(weights)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const double* values = Densify(x, arguments.arena());
    double* probability = arguments.Allocate<double>(gaussians_.size());
    double* scratch = arguments.Allocate<double>(x.size);
    if (values == nullptr || probability == nullptr || scratch == nullptr) {
      return ScoreCode::kTooLarge;
    }
    for (std::size_t k = 0; k < gaussians_.size(); ++k) {
      double density = 0;
      code = Density(gaussians_[k], {x.size, x.size, values, nullptr}, scratch, &density);
      if (code != ScoreCode::kOk) return code;
      probability[k] = kEpsilon + weights_[k] * density;
    }
    const auto count = static_cast<std::uint32_t>(gaussians_.size());
    const double sum = Sum({probability, count});
    for (std::uint32_t k = 0; k < count; ++k) probability[k] /= sum;
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(ArgMax({probability, count}));
    if (arguments.Wants(1)) arguments.Out(1) = DenseVector(probability, count);
    return ScoreCode::kOk;
  }

 private:
  // `difference` has room for x.size values.
  static ScoreCode Density(const Gaussian& gaussian, const VectorView& x, double* difference,
                           double* density) noexcept {
    if (!gaussian.symmetric) return ScoreCode::kInvalidValue;
    if (x.size != gaussian.whitening.columns) return ScoreCode::kWrongSize;
    std::copy(gaussian.white_mean.begin(), gaussian.white_mean.end(), difference);
    AddProduct(gaussian.whitening, -1.0, x, difference);
    *density = std::exp(gaussian.log_scale + -0.5 * DotFused(difference, difference, x.size));
    return ScoreCode::kOk;
  }

  std::vector<Gaussian> gaussians_;
  std::vector<double> weights_;
};

std::vector<Gaussian> ReadGaussians(OpSource& source) {
  const std::vector<TensorAttribute>& means = source.Tensors("means");
  const std::vector<TensorAttribute>& covariances = source.Tensors("covs");
  if (means.size() != covariances.size()) {
    source.Refuse("covs", "expected as many as means, " + std::to_string(means.size()) +
                              ", found " + std::to_string(covariances.size()));
  }
  std::vector<Gaussian> gaussians;
  for (std::size_t i = 0; i < means.size() && !source.refused(); ++i) {
    const Matrix covariance = ToMatrix(source, "covs", covariances[i]);
    const std::size_t size = means[i].doubles.size();
    if (size == 0 || covariance.rows != size || covariance.columns != size) {
      source.Refuse("covs",
                    "expected matrices of as many rows and columns as the mean has "
                    "values, " +
                        std::to_string(size) + ", found " + std::to_string(covariance.rows) +
                        " x " + std::to_string(covariance.columns));
      break;
    }
    gaussians.push_back(Decompose(means[i].doubles, covariance));
  }
  return gaussians;
}

Operation CompileGaussianMixture(OpSource& source) {
  std::vector<Gaussian> gaussians = ReadGaussians(source);
  std::vector<double> weights = source.Doubles("weights");
  if (weights.size() != gaussians.size() && !source.refused()) {
    source.Refuse("weights", "expected as many as means, " + std::to_string(gaussians.size()) +
                                 ", found " + std::to_string(weights.size()));
  }
  if (source.DeclaresOutput("probability") && !source.DeclaresOutput("prediction")) {
    source.RefuseNode("the output port 'probability' needs 'prediction' beside it, as in MLeap");
  }
  // MLeap declares as many features as there are components.
  const auto count = static_cast<std::int32_t>(gaussians.size());
  return {
      .inputs = {{"features", DataType::Vector(count)}},
      .outputs = {{"prediction", DataType::Scalar(BasicType::kInt, false)},
                  {"probability", DataType::Vector(count)}},
      .kernel = std::make_shared<GaussianMixtureKernel>(std::move(gaussians), std::move(weights))};
}

constexpr OpRow kRows[] = {
    {"gaussian_mixture", "The likeliest component of a Gaussian mixture", Exactness::kRelative,
     CompileGaussianMixture},
};

}  // namespace

const OpFamily kGaussianMixtures = {"Gaussian mixtures", "core/clustering", kRows};

}  // namespace pillion
