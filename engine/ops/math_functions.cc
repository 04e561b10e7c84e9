// Family: functions of one or two numbers.
//   math_unary    log, exp, sqrt, sin, cos, tan, abs, logit, floor, ceil, round
//   math_binary   add, sub, mul, div, rem, log_n, pow, min, max; either side may be a constant
// Behaviour follows combust/mleap, mleap-core/…/core/feature/Math{Unary,Binary}Model.scala.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/java/math.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

struct UnaryFunction {
  std::string_view name;
  double (*apply)(double x);
  bool needs_probability = false;  // only numbers from 0 to 1, and NaN, are accepted
};

constexpr UnaryFunction kUnaryFunctions[] = {
    {"log", [](double x) { return std::log(x); }},
    {"exp", [](double x) { return std::exp(x); }},
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"tan", [](double x) { return std::tan(x); }},
    {"abs", [](double x) { return std::abs(x); }},
    {"logit", [](double x) { return std::log((x - 0.0) / (1.0 - x)); }, true},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
    {"round", JavaRound},
};

struct BinaryFunction {
  std::string_view name;
  double (*apply)(double a, double b);
};

constexpr BinaryFunction kBinaryFunctions[] = {
    {"add", [](double a, double b) { return a + b; }},
    {"sub", [](double a, double b) { return a - b; }},
    {"mul", [](double a, double b) { return a * b; }},
    {"div", [](double a, double b) { return a / b; }},
    {"rem", [](double a, double b) { return std::fmod(a, b); }},
    {"log_n", [](double a, double b) { return std::log(a) / std::log(b); }},
    {"pow", JavaPow},
    {"min", JavaMin},
    {"max", JavaMax},
};

// The function that attribute "operation" names; nullptr: refused.
template <typename Function, std::size_t size>
const Function* ReadFunction(OpSource& source, const Function (&functions)[size]) {
  const bool present = source.Has("operation");
  const std::string name = source.String("operation");
  std::string known;
  for (const Function& function : functions) {
    if (function.name == name) return &function;
    known.append(known.empty() ? "" : ", ").append(function.name);
  }
  if (present) source.Refuse("operation", "expected one of " + known + ", found \"" + name + "\"");
  return nullptr;
}

class MathUnaryKernel final : public Kernel {
 public:
  explicit MathUnaryKernel(const UnaryFunction& function) : function_(function) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const double x = arguments.In(0).float64;
    if (function_.needs_probability && (x < 0.0 || x > 1.0)) return ScoreCode::kInvalidValue;
    arguments.Out() = Value::Scalar(function_.apply(x));
    return ScoreCode::kOk;
  }

 private:
  const UnaryFunction& function_;
};

Operation CompileMathUnary(OpSource& source) {
  const UnaryFunction* function = ReadFunction(source, kUnaryFunctions);
  if (function == nullptr) return {};
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  return {.inputs = {{"input", number}},
          .outputs = {{"output", number}},
          .kernel = std::make_shared<MathUnaryKernel>(*function)};
}

// One side of a binary function: an input, or a constant where there is no such port.
struct Operand {
  std::optional<std::size_t> input;
  double constant = 0;

  double Of(const Arguments& arguments) const noexcept {
    return input ? arguments.In(*input).float64 : constant;
  }
};

class MathBinaryKernel final : public Kernel {
 public:
  MathBinaryKernel(const BinaryFunction& function, const Operand& a, const Operand& b)
      : function_(function), a_(a), b_(b) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    arguments.Out() = Value::Scalar(function_.apply(a_.Of(arguments), b_.Of(arguments)));
    return ScoreCode::kOk;
  }

 private:
  const BinaryFunction& function_;
  Operand a_;
  Operand b_;
};

// MLeap takes a port or its constant, never both.
Operand ReadOperand(OpSource& source, const std::string& port, const std::string& constant,
                    std::vector<Port>& inputs) {
  Operand operand;
  if (source.DeclaresInput(port) == source.Has(constant)) {
    source.RefuseNode("expected either the input port '" + port + "' or the attribute '" +
                      constant + "', found " + (source.Has(constant) ? "both" : "neither"));
  } else if (source.Has(constant)) {
    operand.constant = source.Double(constant);
  } else {
    operand.input = inputs.size();
    inputs.push_back({port, DataType::Scalar(BasicType::kDouble, false)});
  }
  return operand;
}

Operation CompileMathBinary(OpSource& source) {
  const BinaryFunction* function = ReadFunction(source, kBinaryFunctions);
  Operation operation;
  const Operand a = ReadOperand(source, "input_a", "da", operation.inputs);
  const Operand b = ReadOperand(source, "input_b", "db", operation.inputs);
  if (function == nullptr) return {};
  operation.outputs = {{"output", DataType::Scalar(BasicType::kDouble, false)}};
  operation.kernel = std::make_shared<MathBinaryKernel>(*function, a, b);
  return operation;
}

constexpr OpRow kRows[] = {
    {"math_unary", "Function of one number", Exactness::kUlp4, CompileMathUnary},
    {"math_binary", "Function of two numbers", Exactness::kUlp4, CompileMathBinary},
};

}  // namespace

const OpFamily kMathFunctions = {"math functions", "core/feature", kRows};

}  // namespace pillion
