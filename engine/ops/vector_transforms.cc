// Family: whole vectors into others.
//   normalizer   divided by the p-norm
//   pca          projected onto principal components, without centring
//   dct          the cosine transform, forward or inverse
// Behaviour follows combust/mleap, mleap-core/…/core/feature/{Normalizer,Pca,DCT}Model.scala, and
// Spark's Vectors.norm and BLAS.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/fourier/cosine_transform.h"
#include "engine/java/math.h"
#include "engine/linear/fused_sums.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class NormalizerKernel final : public Kernel {
 public:
  explicit NormalizerKernel(double p) : p_(p) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const double norm = Norm(x.Values());
    auto* y = arguments.Allocate<double>(x.count);
    if (y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t k = 0; k < x.count; ++k)
      y[k] = norm != 0.0 ? x.values[k] / norm : x.values[k];
    arguments.Out() = VectorLike(x, y);
    return ScoreCode::kOk;
  }

 private:
  double Norm(std::span<const double> values) const noexcept {
    double norm = 0;
    if (p_ == 1.0) {
      for (const double value : values) norm += std::abs(value);
      return norm;
    }
    if (p_ == 2.0) {
      for (const double value : values) norm += value * value;
      return std::sqrt(norm);
    }
    if (std::isinf(p_)) {
      for (const double value : values) norm = std::abs(value) > norm ? std::abs(value) : norm;
      return norm;
    }
    for (const double value : values) norm += JavaPow(std::abs(value), p_);
    return JavaPow(norm, 1.0 / p_);
  }

  double p_;
};

Operation CompileNormalizer(OpSource& source) {
  const bool present = source.Has("p_norm");
  const double p = source.Double("p_norm");
  const DataType vector = DataType::Vector(std::max(source.Int("input_size"), kAnySize));
  if (present && !(p >= 1.0)) {
    source.Refuse("p_norm",
                  "expected 1 or more, found " + std::to_string(p) +
                      (std::isnan(p) ? "; JSON cannot hold infinity, a protobuf bundle can" : ""));
    return {};
  }
  return {.inputs = {{"input", vector}},
          .outputs = {{"output", vector}},
          .kernel = std::make_shared<NormalizerKernel>(p)};
}

class PcaKernel final : public Kernel {
 public:
  // `by_column`: entry (i, j) at i + j · rows.
  PcaKernel(const std::vector<double>& by_column, std::uint32_t rows, std::uint32_t columns)
      : components_(by_column.size()), rows_(rows), columns_(columns) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        components_[i * columns + j] = by_column[i + j * rows];
      }
    }
  }

  // Each answer is a sum over the rows in their order; fused for a dense vector, as in the BLAS.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    if (x.size != rows_) return ScoreCode::kWrongSize;
    auto* y = arguments.Allocate<double>(columns_);
    if (y == nullptr) return ScoreCode::kTooLarge;
    std::fill_n(y, columns_, 0.0);
    for (std::uint32_t k = 0; k < x.count; ++k) {
      const std::size_t i = x.dense() ? k : static_cast<std::size_t>(x.indices[k]);
      const double* row = components_.data() + i * columns_;
      if (x.dense()) {
        AddScaledFused(x.values[k], row, y, columns_);
      } else {
        for (std::uint32_t j = 0; j < columns_; ++j) y[j] += x.values[k] * row[j];
      }
    }
    arguments.Out() = DenseVector(y, columns_);
    return ScoreCode::kOk;
  }

 private:
  std::vector<double> components_;  // by row
  std::uint32_t rows_;
  std::uint32_t columns_;
};

Operation CompilePca(OpSource& source) {
  const std::vector<std::int32_t>& dimensions = source.Tensor("principal_components").dimensions;
  const std::vector<double>& values = source.Vector("principal_components");
  if (source.refused()) return {};
  const std::int64_t rows = dimensions.empty() ? 0 : dimensions[0];
  const std::int64_t columns = dimensions.size() < 2 ? 0 : dimensions[1];
  if (dimensions.size() < 2 || rows * columns != static_cast<std::int64_t>(values.size())) {
    source.Refuse("principal_components",
                  "expected a matrix, found a tensor of rank " + std::to_string(dimensions.size()));
    return {};
  }
  // MLeap declares tensors of rank 0.
  const DataType tensor = DataType::Tensor(BasicType::kDouble, std::vector<std::int32_t>{});
  return {.inputs = {{"input", tensor}},
          .outputs = {{"output", tensor}},
          .kernel = std::make_shared<PcaKernel>(values, static_cast<std::uint32_t>(rows),
                                                static_cast<std::uint32_t>(columns))};
}

// Keeps the tables of the declared length; a vector of another length brings its own.
class DctKernel final : public Kernel {
 public:
  DctKernel(bool inverse, std::uint32_t size)
      : inverse_(inverse),
        tables_(CosineTransform::TableLength(size)),
        transform_(size, tables_.data()) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    if (x.size == 0) return ScoreCode::kWrongSize;
    const double* values = Densify(x, arguments.arena());
    if (values == nullptr) return ScoreCode::kTooLarge;
    if (!arguments.Spend(TransformSteps(x.size))) return ScoreCode::kTooCostly;
    if (x.size == transform_.size()) return Transform(transform_, values, arguments);
    if (!arguments.Spend(TransformSteps(x.size))) return ScoreCode::kTooCostly;  // its tables
    auto* tables = arguments.Allocate<double>(CosineTransform::TableLength(x.size));
    if (tables == nullptr) return ScoreCode::kTooLarge;
    return Transform(CosineTransform(x.size, tables), values, arguments);
  }

 private:
  // Of a transform, or of making its tables, where the length asks for the most.
  static std::uint64_t TransformSteps(std::uint32_t size) noexcept {
    return std::uint64_t{size} * (std::has_single_bit(size) ? 50 : 1000);
  }

  ScoreCode Transform(const CosineTransform& transform, const double* x,
                      Arguments& arguments) const noexcept {
    const std::uint32_t size = transform.size();
    auto* scratch = arguments.Allocate<double>(CosineTransform::ScratchLength(size));
    auto* y = arguments.Allocate<double>(size);
    if (scratch == nullptr || y == nullptr) return ScoreCode::kTooLarge;
    if (size == 1) {
      std::copy_n(x, size, y);
    } else if (inverse_) {
      transform.Inverse(x, y, scratch);
    } else {
      transform.Forward(x, y, scratch);
    }
    arguments.Out() = DenseVector(y, size);
    return ScoreCode::kOk;
  }

  bool inverse_;
  std::vector<double> tables_;
  CosineTransform transform_;
};

Operation CompileDct(OpSource& source) {
  // The declared size is a word of the bundle's; tables beyond this are made when a row has them.
  constexpr std::int32_t kPreparedMax = 1 << 16;
  const bool inverse = source.Boolean("inverse");
  const std::int32_t size = source.Int("input_size");
  const DataType vector = DataType::Vector(std::max(size, kAnySize));
  const bool prepare = size > 0 && size <= kPreparedMax;
  const std::uint32_t prepared = prepare ? static_cast<std::uint32_t>(size) : 1;
  return {.inputs = {{"input", vector}},
          .outputs = {{"output", vector}},
          .kernel = std::make_shared<DctKernel>(inverse, prepared)};
}

constexpr OpRow kRows[] = {
    {"normalizer", "Scale a vector to a p-norm of 1", Exactness::kUlp4, CompileNormalizer},
    {"pca", "Project onto principal components", Exactness::kBits, CompilePca},
    {"dct", "Cosine transform, forward or inverse", Exactness::kBits, CompileDct},
};

}  // namespace

const OpFamily kVectorTransforms = {"vector transforms", "core/feature", kRows};

}  // namespace pillion
