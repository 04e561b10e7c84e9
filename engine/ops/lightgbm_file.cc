#include "engine/ops/lightgbm_file.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "engine/linear/vector.h"
#include "engine/ops/model_file_ports.h"

namespace pillion {
namespace {

ModelFileAnswers AnswersOf(const Gbdt& gbdt) noexcept {
  if (gbdt.is_binary()) return ModelFileAnswers::kBinary;
  return gbdt.class_count() > 1 ? ModelFileAnswers::kClasses : ModelFileAnswers::kNumber;
}

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
    if (AnswersOf(gbdt_) == ModelFileAnswers::kNumber) return ScoreCode::kOk;
    if (arguments.Wants(1)) arguments.Out(1) = Value::Dense(predictions, std::max(count, 2U));
    if (arguments.Wants(2)) {
      arguments.Out(2) = count > 1 ? Value::Dense(sums, count) : Value::Scalar(sums[0]);
    }
    return ScoreCode::kOk;
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

}  // namespace

Operation MakeGbdtOperation(Gbdt gbdt) {
  Operation operation;
  operation.inputs = FeaturePorts(gbdt.feature_count());
  operation.outputs = AnswerPorts(AnswersOf(gbdt), gbdt.class_count());
  operation.fills_nulls = true;  // a missing feature is one of the values that trees know
  operation.kernel = std::make_shared<ColumnsKernel>(std::move(gbdt));
  return operation;
}

Operation MakeGbdtVectorOperation(Gbdt gbdt) {
  Operation operation;
  const DataType features = DataType::Vector(static_cast<std::int32_t>(gbdt.feature_count()));
  operation.inputs = {{"features", features}};
  operation.outputs = AnswerPorts(AnswersOf(gbdt), gbdt.class_count());
  operation.kernel = std::make_shared<VectorKernel>(std::move(gbdt));
  return operation;
}

}  // namespace pillion
