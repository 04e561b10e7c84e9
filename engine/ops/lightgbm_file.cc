#include "engine/ops/lightgbm_file.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"

namespace pillion {
namespace {

class GbdtKernel : public Kernel {
 public:
  explicit GbdtKernel(Gbdt gbdt) : gbdt_(std::move(gbdt)) {}

 protected:
  const Gbdt& gbdt() const noexcept { return gbdt_; }

  // `features`: as Gbdt::Sum takes them.
  ScoreCode Answer(Arguments& arguments, const double* features) const noexcept {
    const std::uint32_t count = gbdt_.class_count();
    auto* sums = arguments.Allocate<double>(count);
    auto* predictions = arguments.Allocate<double>(std::max(count, 2U));
    if (sums == nullptr || predictions == nullptr) return ScoreCode::kTooLarge;
    gbdt_.Sum(features, sums);
    gbdt_.Convert(sums, predictions);
    double prediction = predictions[0];
    if (gbdt_.is_binary()) {
      predictions[1] = predictions[0];
      predictions[0] = 1.0 - predictions[1];
      prediction = predictions[1] > predictions[0] ? 1.0 : 0.0;
    } else if (count > 1) {
      const double* const best = std::max_element(predictions, predictions + count);
      prediction = static_cast<double>(best - predictions);
    }
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(prediction);
    if (!HasClasses(gbdt_)) return ScoreCode::kOk;
    if (arguments.Wants(1)) arguments.Out(1) = Value::Dense(predictions, std::max(count, 2U));
    if (arguments.Wants(2)) {
      arguments.Out(2) = count > 1 ? Value::Dense(sums, count) : Value::Scalar(sums[0]);
    }
    return ScoreCode::kOk;
  }

  static bool HasClasses(const Gbdt& gbdt) noexcept {
    return gbdt.is_binary() || gbdt.class_count() > 1;
  }

 private:
  const Gbdt gbdt_;
};

class ColumnsKernel final : public GbdtKernel {
 public:
  using GbdtKernel::GbdtKernel;

  ScoreCode Run(Arguments& arguments) const noexcept override {
    auto* features = arguments.Allocate<double>(gbdt().feature_count());
    if (features == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < gbdt().feature_count(); ++i) {
      const Value& value = arguments.In(i);
      features[i] =
          value.null ? std::numeric_limits<double>::quiet_NaN() : Gbdt::Feature(value.float64);
    }
    return Answer(arguments, features);
  }
};

class VectorKernel final : public GbdtKernel {
 public:
  using GbdtKernel::GbdtKernel;

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView vector;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &vector);
    if (code != ScoreCode::kOk) return code;
    if (vector.size != gbdt().feature_count()) return ScoreCode::kWrongSize;
    const double* const values = Densify(vector, arguments.arena());
    auto* features = arguments.Allocate<double>(gbdt().feature_count());
    if (values == nullptr || features == nullptr) return ScoreCode::kTooLarge;
    std::transform(values, values + vector.size, features, Gbdt::Feature);
    return Answer(arguments, features);
  }
};

std::vector<Port> OutputsOf(const Gbdt& gbdt) {
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  std::vector<Port> outputs = {{"prediction", number}};
  if (gbdt.is_binary()) {
    outputs.push_back({"probability", DataType::Vector(2)});
    outputs.push_back({"decision", number});
  } else if (gbdt.class_count() > 1) {
    const DataType scores = DataType::Vector(static_cast<std::int32_t>(gbdt.class_count()));
    outputs.push_back({"probability", scores});
    outputs.push_back({"decision", scores});
  }
  return outputs;
}

}  // namespace

Operation MakeGbdtOperation(Gbdt gbdt) {
  Operation operation;
  for (std::uint32_t i = 0; i < gbdt.feature_count(); ++i) {
    operation.inputs.push_back({std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  operation.outputs = OutputsOf(gbdt);
  operation.fills_nulls = true;  // a missing feature is one of the values that trees know
  operation.kernel = std::make_shared<ColumnsKernel>(std::move(gbdt));
  return operation;
}

Operation MakeGbdtVectorOperation(Gbdt gbdt) {
  Operation operation;
  const DataType features = DataType::Vector(static_cast<std::int32_t>(gbdt.feature_count()));
  operation.inputs = {{"features", features}};
  operation.outputs = OutputsOf(gbdt);
  operation.kernel = std::make_shared<VectorKernel>(std::move(gbdt));
  return operation;
}

}  // namespace pillion
