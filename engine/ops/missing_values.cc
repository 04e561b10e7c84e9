// Family: stand-ins for values that are missing.
//   imputer    the surrogate for null, NaN and the value that stands for missing
//   coalesce   the first input that is not null
// Behaviour follows combust/mleap, mleap-core/…/core/feature/{Imputer,Coalesce}Model.scala.
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/ops/families.h"

namespace pillion {
namespace {

class ImputerKernel final : public Kernel {
 public:
  ImputerKernel(double surrogate, double missing) : surrogate_(surrogate), missing_(missing) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& x = arguments.In(0);
    const bool absent = x.null || std::isnan(x.float64) || x.float64 == missing_;
    arguments.Out() = Value::Scalar(absent ? surrogate_ : x.float64);
    return ScoreCode::kOk;
  }

 private:
  double surrogate_;
  double missing_;
};

Operation CompileImputer(OpSource& source) {
  const double surrogate = source.Double("surrogate_value");
  const double missing = source.Double("missing_value", std::numeric_limits<double>::quiet_NaN());
  source.String("strategy");  // How the surrogate was found; needed, though nothing depends on it.
  const bool nullable = source.Boolean("nullable_input", true);
  return {.inputs = {{"input", DataType::Scalar(BasicType::kDouble, nullable)}},
          .outputs = {{"output", DataType::Scalar(BasicType::kDouble, false)}},
          .kernel = std::make_shared<ImputerKernel>(surrogate, missing),
          .fills_nulls = true};
}

class CoalesceKernel final : public Kernel {
 public:
  explicit CoalesceKernel(std::size_t input_count) : input_count_(input_count) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Value first = Value::Null();
    for (std::size_t i = 0; i < input_count_ && first.null; ++i) first = arguments.In(i);
    arguments.Out() = first;
    return ScoreCode::kOk;
  }

 private:
  std::size_t input_count_;
};

// Takes its inputs in the order in which the node lists them, whatever the ports are called.
Operation CompileCoalesce(OpSource& source) {
  const std::vector<bool>& nullable = source.Booleans("nullable_inputs");
  Operation operation;
  // MLeap's model names as many inputs as flags, but takes them from the node in its order.
  for (std::size_t i = 0; i < nullable.size(); ++i) {
    const std::string port = "input" + std::to_string(i);
    if (!source.DeclaresInput(port)) {
      source.RefuseNode("the input port '" + port + "' of coalesce is missing");
      return operation;
    }
  }
  for (const Socket& socket : source.inputs()) {
    const std::size_t i = operation.inputs.size();
    if (i == nullable.size()) break;
    operation.inputs.push_back({socket.port, DataType::Scalar(BasicType::kDouble, nullable[i])});
  }
  operation.outputs = {{"output", DataType::Scalar(BasicType::kDouble)}};
  operation.kernel = std::make_shared<CoalesceKernel>(operation.inputs.size());
  operation.fills_nulls = true;
  return operation;
}

constexpr OpRow kRows[] = {
    {"imputer", "Replace missing values by one value", Exactness::kBits, CompileImputer},
    {"coalesce", "First value that is not null", Exactness::kBits, CompileCoalesce},
};

}  // namespace

const OpFamily kMissingValues = {"missing values", "core/feature", kRows};

}  // namespace pillion
