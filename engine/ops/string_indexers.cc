// Family: text to numbers and back by a list of labels.
//   string_indexer           the position of the label, one table a column
//   reverse_string_indexer   the label at the position
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/number.h"
#include "engine/ops/families.h"
#include "engine/ops/handle_invalid.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

class StringIndexerKernel final : public Kernel {
 public:
  struct Column {
    LabelTable table;
    double label_count = 0;  // duplicates included
  };

  StringIndexerKernel(std::vector<Column> columns, HandleInvalid handle_invalid)
      : columns_(std::move(columns)), handle_invalid_(handle_invalid) {}

  // Columns are looked at in order: an unseen label that skips the row hides a null behind it.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      double index = columns_[i].label_count;
      if (const ScoreCode code = Find(arguments.In(i), columns_[i], &index);
          code != ScoreCode::kOk) {
        return arguments.Blame(i, code);
      }
      if (arguments.Wants(i)) arguments.Out(i) = Value::Scalar(index);
    }
    return ScoreCode::kOk;
  }

  FeatureRecipe recipe() const override {
    if (handle_invalid_ == HandleInvalid::kSkip) return {};
    IndexRecipe recipe;
    for (const Column& column : columns_) {
      recipe.columns.push_back({.labels = &column.table});
      if (handle_invalid_ == HandleInvalid::kKeep) {
        recipe.columns.back().unseen = column.label_count;
      }
    }
    return recipe;
  }

 private:
  ScoreCode Find(const Value& label, const Column& column, double* index) const noexcept {
    if (label.null) {
      return handle_invalid_ == HandleInvalid::kKeep ? ScoreCode::kOk : ScoreCode::kNullValue;
    }
    const std::uint32_t number = column.table.Find(label.text);
    if (number != LabelTable::kNone) {
      *index = number;
      return ScoreCode::kOk;
    }
    switch (handle_invalid_) {
      case HandleInvalid::kKeep: return ScoreCode::kOk;
      case HandleInvalid::kSkip: return ScoreCode::kSkipped;
      case HandleInvalid::kError: break;
    }
    return ScoreCode::kUnseenLabel;
  }

  std::vector<Column> columns_;
  HandleInvalid handle_invalid_;
};

// `labels_length` lists, or before Spark 3 the one list `labels`.
std::vector<std::string> LabelAttributes(OpSource& source) {
  const std::int32_t length = source.Has("labels_length") ? source.Int("labels_length") : -1;
  if (length == -1) return {"labels"};
  std::vector<std::string> names;
  for (std::int32_t i = 0; i < length; ++i) {
    names.push_back("labels_array_" + std::to_string(i));
    if (!source.Has(names.back())) break;  // Reading it refuses; the length may be anything.
  }
  return names;
}

Operation CompileStringIndexer(OpSource& source) {
  const HandleInvalid handle_invalid =
      ReadHandleInvalid(source, "handle_invalid", /*can_skip=*/true);
  Operation operation;
  std::vector<StringIndexerKernel::Column> columns;
  for (const std::string& name : LabelAttributes(source)) {
    const std::vector<std::string>& labels = source.Strings(name);
    const std::string number = std::to_string(columns.size());
    operation.inputs.push_back({"input" + number, DataType::Scalar(BasicType::kString)});
    operation.outputs.push_back({"output" + number, DataType::Scalar(BasicType::kDouble, false)});
    columns.push_back({LabelTable(labels), static_cast<double>(labels.size())});
  }
  operation.kernel = std::make_shared<StringIndexerKernel>(std::move(columns), handle_invalid);
  operation.may_skip = handle_invalid == HandleInvalid::kSkip;
  operation.may_be_left_out = true;  // a label's, which is not there when rows are scored
  return operation;
}

class ReverseStringIndexerKernel final : public Kernel {
 public:
  ReverseStringIndexerKernel(std::vector<std::string> labels, Shape shape)
      : labels_(std::move(labels)), shape_(shape) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& input = arguments.In(0);
    if (shape_ == Shape::kScalar) {
      const std::string* label = Label(input.float64);
      if (label == nullptr) return ScoreCode::kInvalidValue;
      arguments.Out() = Value::Text(*label);
      return ScoreCode::kOk;
    }
    auto* texts = arguments.Allocate<std::string_view>(input.count);
    if (texts == nullptr) return ScoreCode::kTooLarge;
    const std::span<const double> indices = input.Elements<double>();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::string* label = Label(indices[i]);
      if (label == nullptr) return ScoreCode::kInvalidValue;
      texts[i] = *label;
    }
    Value output = input;
    output.elements = texts;
    arguments.Out() = output;
    return ScoreCode::kOk;
  }

 private:
  // The index is cut toward zero; NaN is 0.
  const std::string* Label(double x) const noexcept {
    const auto index = ToJavaInteger<std::int32_t>(x);
    const bool known = index >= 0 && static_cast<std::size_t>(index) < labels_.size();
    return known ? &labels_[static_cast<std::size_t>(index)] : nullptr;
  }

  std::vector<std::string> labels_;
  Shape shape_;
};

Operation CompileReverseStringIndexer(OpSource& source) {
  std::vector<std::string> labels = source.Strings("labels");
  DataShape shape = source.Has("input_shape") ? source.ShapeOf("input_shape") : DataShape{};
  if (shape.nullable) {
    source.Refuse("input_shape", "expected a shape that is not nullable, found a nullable one");
  }
  DataType output = shape.Of(BasicType::kString);
  output.nullable = true;
  return {.inputs = {{"input", shape.Of(BasicType::kDouble)}},
          .outputs = {{"output", std::move(output)}},
          .kernel = std::make_shared<ReverseStringIndexerKernel>(std::move(labels), shape.shape)};
}

constexpr OpRow kRows[] = {
    {.name = "string_indexer",
     .summary = "The position of a label in a list",
     .exactness = Exactness::kBits,
     .compile = CompileStringIndexer,
     .numbers_ports = true},
    {"reverse_string_indexer", "The label at a position of a list", Exactness::kBits,
     CompileReverseStringIndexer},
};

}  // namespace

const OpFamily kStringIndexers = {"string indexers", "core/feature", kRows};

}  // namespace pillion
