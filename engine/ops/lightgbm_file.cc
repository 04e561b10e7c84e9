#include "engine/ops/lightgbm_file.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace pillion {
namespace {

class GbdtKernel final : public Kernel {
 public:
  explicit GbdtKernel(Gbdt gbdt) : gbdt_(std::move(gbdt)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const std::uint32_t count = gbdt_.class_count();
    auto* features = arguments.Allocate<double>(gbdt_.feature_count());
    auto* sums = arguments.Allocate<double>(count);
    auto* predictions = arguments.Allocate<double>(std::max(count, 2U));
    if (features == nullptr || sums == nullptr || predictions == nullptr) {
      return ScoreCode::kTooLarge;
    }
    for (std::uint32_t i = 0; i < gbdt_.feature_count(); ++i) {
      const Value& value = arguments.In(i);
      features[i] =
          value.null ? std::numeric_limits<double>::quiet_NaN() : Gbdt::Feature(value.float64);
    }
    gbdt_.Sum(features, sums);
    gbdt_.Convert(sums, predictions);
    if (gbdt_.is_binary()) {
      predictions[1] = predictions[0];
      predictions[0] = 1.0 - predictions[1];
      arguments.Out(0) = Value::Scalar(predictions[1] > predictions[0] ? 1.0 : 0.0);
      arguments.Out(1) = Value::Dense(predictions, 2);
      arguments.Out(2) = Value::Scalar(sums[0]);
    } else if (count == 1) {
      arguments.Out(0) = Value::Scalar(predictions[0]);
    } else {
      const double* const best = std::max_element(predictions, predictions + count);
      arguments.Out(0) = Value::Scalar(static_cast<double>(best - predictions));
      arguments.Out(1) = Value::Dense(predictions, count);
      arguments.Out(2) = Value::Dense(sums, count);
    }
    return ScoreCode::kOk;
  }

 private:
  const Gbdt gbdt_;
};

}  // namespace

Operation MakeGbdtOperation(Gbdt gbdt) {
  Operation operation;
  for (std::uint32_t i = 0; i < gbdt.feature_count(); ++i) {
    operation.inputs.push_back({std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  operation.outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)}};
  if (gbdt.is_binary() || gbdt.class_count() > 1) {
    const bool binary = gbdt.is_binary();
    const DataType scores =
        DataType::Vector(binary ? 2 : static_cast<std::int32_t>(gbdt.class_count()));
    operation.outputs.push_back({"probability", scores});
    operation.outputs.push_back(
        {"decision", binary ? DataType::Scalar(BasicType::kDouble, false) : scores});
  }
  operation.fills_nulls = true;  // a missing feature is one of the values that trees know
  operation.kernel = std::make_shared<GbdtKernel>(std::move(gbdt));
  return operation;
}

}  // namespace pillion
