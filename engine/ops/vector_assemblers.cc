// Family: many columns into one vector.
//   vector_assembler   the inputs one behind the other, compressed: dense or sparse, whatever takes
//                      less room. -0.0 becomes 0.0.
// Behaviour follows combust/mleap, mleap-core/…/core/feature/VectorAssemblerModel.scala, and
// Spark's SparseVector for what it refuses.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class VectorAssemblerKernel final : public Kernel {
 public:
  explicit VectorAssemblerKernel(std::vector<Shape> shapes) : shapes_(std::move(shapes)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Extent extent;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      const ScoreCode code = Measure(arguments.In(i), shapes_[i], &extent);
      if (code != ScoreCode::kOk) return arguments.Blame(i, code);
    }
    if (extent.size > INT32_MAX) return ScoreCode::kTooLarge;
    // An index past its own part is taken, as long as the whole vector has it.
    if (extent.last_index >= extent.size) return ScoreCode::kBadIndex;
    const auto size = static_cast<std::uint32_t>(extent.size);
    return CompressesToSparse(extent.nonzero, size) ? WriteSparse(arguments, extent.nonzero, size)
                                                    : WriteDense(arguments, size);
  }

  FeatureRecipe recipe() const override { return AssembleRecipe{shapes_}; }

 private:
  struct Extent {
    std::int64_t size = 0;
    std::int64_t last_index = -1;  // of the entries that are not 0
    std::uint32_t nonzero = 0;

    // False: the entry is not behind those before it.
    bool Add(std::int64_t index) noexcept {
      if (index <= last_index) return false;
      last_index = index;
      ++nonzero;
      return true;
    }
  };

  // Adds one input. Sparse parts are read as they are stored, with their zeros left out before
  // the order of the indices is looked at.
  static ScoreCode Measure(const Value& part, Shape shape, Extent* extent) noexcept {
    if (part.null) return ScoreCode::kNullValue;
    if (shape == Shape::kScalar) {
      if (part.float64 != 0.0 && !extent->Add(extent->size)) return ScoreCode::kBadIndex;
      extent->size += 1;
      return ScoreCode::kOk;
    }
    if (part.rank != 1 || part.size < 0) return ScoreCode::kBadShape;
    const std::span<const double> values = part.Elements<double>();
    for (std::uint32_t k = 0; k < part.count; ++k) {
      if (values[k] == 0.0) continue;
      const std::int64_t index = extent->size + (part.sparse ? part.indices[k] : std::int64_t{k});
      if (!extent->Add(index)) return ScoreCode::kBadIndex;
    }
    extent->size += part.sparse ? part.size : std::int64_t{part.count};
    return ScoreCode::kOk;
  }

  // Calls `f(index, value)` for each entry that is not 0, in ascending order.
  template <typename F>
  void ForEachNonzero(Arguments& arguments, F f) const noexcept {
    std::int32_t begin = 0;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      const Value& part = arguments.In(i);
      if (shapes_[i] == Shape::kScalar) {
        if (part.float64 != 0.0) f(begin, part.float64);
        ++begin;
        continue;
      }
      const std::span<const double> values = part.Elements<double>();
      for (std::uint32_t k = 0; k < part.count; ++k) {
        if (values[k] == 0.0) continue;
        f(begin + (part.sparse ? part.indices[k] : static_cast<std::int32_t>(k)), values[k]);
      }
      begin += part.sparse ? part.size : static_cast<std::int32_t>(part.count);
    }
  }

  ScoreCode WriteDense(Arguments& arguments, std::uint32_t size) const noexcept {
    auto* values = arguments.Allocate<double>(size);
    if (values == nullptr) return ScoreCode::kTooLarge;
    std::fill_n(values, size, 0.0);
    ForEachNonzero(arguments, [&](std::int32_t index, double value) { values[index] = value; });
    arguments.Out() = DenseVector(values, size);
    return ScoreCode::kOk;
  }

  ScoreCode WriteSparse(Arguments& arguments, std::uint32_t nonzero,
                        std::uint32_t size) const noexcept {
    auto* values = arguments.Allocate<double>(nonzero);
    auto* indices = arguments.Allocate<std::int32_t>(nonzero);
    if (values == nullptr || indices == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    ForEachNonzero(arguments, [&](std::int32_t index, double value) {
      indices[count] = index;
      values[count++] = value;
    });
    arguments.Out() = SparseVector(indices, values, count, size);
    return ScoreCode::kOk;
  }

  std::vector<Shape> shapes_;  // of the inputs, scalar or tensor
};

// The declared size of an input, -1 where it is unknown; refused if the shape is no scalar and no
// vector.
std::int64_t DeclaredSize(const DataShape& shape, OpSource& source) {
  if (shape.shape == Shape::kScalar) return 1;
  if (shape.shape == Shape::kTensor && shape.dimensions && shape.dimensions->size() == 1) {
    return shape.dimensions->front();
  }
  source.Refuse("input_shapes", "expected scalars and tensors of rank 1, found a " +
                                    Describe(shape.Of(BasicType::kDouble)));
  return -1;
}

Operation CompileVectorAssembler(OpSource& source) {
  Operation operation;
  std::vector<Shape> shapes;
  std::int64_t total = 0;
  for (const DataShape& shape : source.Shapes("input_shapes")) {
    const std::int64_t size = DeclaredSize(shape, source);
    total = size < 0 || total < 0 ? -1 : total + size;
    operation.inputs.push_back(
        {"input" + std::to_string(shapes.size()), shape.Of(BasicType::kDouble)});
    shapes.push_back(shape.shape);
  }
  const bool known = total >= 0 && total <= INT32_MAX;
  const std::int32_t size = known ? static_cast<std::int32_t>(total) : kAnySize;
  operation.outputs = {{"output", DataType::Vector(size)}};
  operation.kernel = std::make_shared<VectorAssemblerKernel>(std::move(shapes));
  return operation;
}

constexpr OpRow kRows[] = {
    {"vector_assembler", "Join columns and vectors into one vector", Exactness::kBits,
     CompileVectorAssembler},
};

}  // namespace

const OpFamily kVectorAssemblers = {"vector assemblers", "core/feature", kRows};

}  // namespace pillion
