// Family: hashes that near vectors share. One column of numbers, a hash a row: dimensions [H, 1].
//   bucketed_random_projection_lsh   floor(x · u / bucket_length) for each unit vector u
//   min_hash_lsh                     the least ((1 + i) · a + b) mod prime over the indices i of
//                                    entries that are not 0, in MLeap's 32-bit arithmetic
// Behaviour follows combust/mleap, mleap-core/…/core/feature/{BucketedRandomProjection,MinHash}
// LSHModel.scala. Spark hashes in 64 bits and gets other numbers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

// A matrix of one column. `dimensions` outlive the row: they lie in the kernel.
Value Column(const double* values, const std::array<std::int32_t, 2>& dimensions) noexcept {
  Value value = Value::Dense(values, static_cast<std::uint32_t>(dimensions[0]));
  value.rank = 2;
  value.dimensions = dimensions.data();
  return value;
}

std::array<std::int32_t, 2> ColumnDimensions(std::size_t hash_count) {
  return {static_cast<std::int32_t>(hash_count), 1};
}

// MLeap declares one hash an input, which is not what the answers are.
Operation MakeHash(OpSource& source, std::shared_ptr<const Kernel> kernel) {
  const std::int32_t size = std::max(source.Int("input_size"), kAnySize);
  const std::vector<std::int32_t> declared = {size, 1};
  return {.inputs = {{"input", DataType::Vector(size)}},
          .outputs = {{"output", DataType::Tensor(BasicType::kDouble, declared)}},
          .kernel = std::move(kernel)};
}

class RandomProjectionKernel final : public Kernel {
 public:
  RandomProjectionKernel(std::vector<std::vector<double>> unit_vectors, double bucket_length)
      : unit_vectors_(std::move(unit_vectors)),
        bucket_length_(bucket_length),
        dimensions_(ColumnDimensions(unit_vectors_.size())) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    auto* hashes = arguments.Allocate<double>(unit_vectors_.size());
    if (hashes == nullptr) return ScoreCode::kTooLarge;
    for (std::size_t h = 0; h < unit_vectors_.size(); ++h) {
      if (unit_vectors_[h].size() != x.size) return ScoreCode::kWrongSize;
      hashes[h] = std::floor(Dot(x, unit_vectors_[h].data()) / bucket_length_);
    }
    arguments.Out() = Column(hashes, dimensions_);
    return ScoreCode::kOk;
  }

 private:
  std::vector<std::vector<double>> unit_vectors_;
  double bucket_length_;
  std::array<std::int32_t, 2> dimensions_;
};

Operation CompileRandomProjection(OpSource& source) {
  std::vector<std::vector<double>> unit_vectors;
  for (const TensorAttribute& tensor : source.Tensors("random_unit_vectors")) {
    if (tensor.base != BasicType::kDouble) {
      source.Refuse("random_unit_vectors", "expected tensors of double, found one of " +
                                               std::string(BasicTypeName(tensor.base)));
    }
    unit_vectors.push_back(tensor.doubles);
  }
  const double bucket_length = source.Double("bucket_length");
  return MakeHash(source,
                  std::make_shared<RandomProjectionKernel>(std::move(unit_vectors), bucket_length));
}

struct HashFunction {
  std::uint32_t a = 0;
  std::uint32_t b = 0;

  // Java's int arithmetic: products and sums wrap, the remainder has the dividend's sign.
  std::int32_t Of(std::int32_t index) const noexcept {
    constexpr std::int32_t kPrime = 2038074743;
    const std::uint32_t sum = (1U + static_cast<std::uint32_t>(index)) * a + b;
    return static_cast<std::int32_t>(sum) % kPrime;
  }
};

class MinHashKernel final : public Kernel {
 public:
  explicit MinHashKernel(std::vector<HashFunction> functions)
      : functions_(std::move(functions)), dimensions_(ColumnDimensions(functions_.size())) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const bool all_zero =
        std::all_of(x.values, x.values + x.count, [](double v) { return v == 0.0; });
    if (all_zero) return ScoreCode::kInvalidValue;
    if (!arguments.Spend(kHashSteps * x.count * functions_.size())) return ScoreCode::kTooCostly;
    auto* hashes = arguments.Allocate<double>(functions_.size());
    if (hashes == nullptr) return ScoreCode::kTooLarge;
    std::transform(functions_.begin(), functions_.end(), hashes,
                   [&](const HashFunction& function) { return Least(function, x); });
    arguments.Out() = Column(hashes, dimensions_);
    return ScoreCode::kOk;
  }

 private:
  static constexpr std::uint64_t kHashSteps = 2;

  static double Least(const HashFunction& function, const VectorView& x) noexcept {
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    for (std::uint32_t k = 0; k < x.count; ++k) {
      if (x.values[k] == 0.0) continue;
      const auto index = x.dense() ? static_cast<std::int32_t>(k) : x.indices[k];
      least = std::min(least, function.Of(index));
    }
    return least;
  }

  std::vector<HashFunction> functions_;
  std::array<std::int32_t, 2> dimensions_;
};

Operation CompileMinHash(OpSource& source) {
  const std::vector<std::int64_t>& a = source.Longs("random_coefficients_a");
  const std::vector<std::int64_t>& b = source.Longs("random_coefficients_b");
  std::vector<HashFunction> functions;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    functions.push_back({static_cast<std::uint32_t>(a[i]), static_cast<std::uint32_t>(b[i])});
  }
  return MakeHash(source, std::make_shared<MinHashKernel>(std::move(functions)));
}

constexpr OpRow kRows[] = {
    {"bucketed_random_projection_lsh", "Buckets of random projections", Exactness::kBits,
     CompileRandomProjection},
    {"min_hash_lsh", "Least hashes of the entries that are not zero", Exactness::kBits,
     CompileMinHash},
};

}  // namespace

const OpFamily kLocalityHashes = {"locality hashes", "core/feature", kRows};

}  // namespace pillion
