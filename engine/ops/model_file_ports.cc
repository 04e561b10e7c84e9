#include "engine/ops/model_file_ports.h"

#include <string>

namespace pillion {

std::vector<Port> FeaturePorts(std::uint32_t feature_count) {
  std::vector<Port> ports;
  for (std::uint32_t i = 0; i < feature_count; ++i) {
    ports.push_back({std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  return ports;
}

std::vector<Port> AnswerPorts(ModelFileAnswers answers, std::uint32_t class_count) {
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  const DataType scores = DataType::Vector(static_cast<std::int32_t>(class_count));
  switch (answers) {
    case ModelFileAnswers::kNumber: break;
    case ModelFileAnswers::kBinary:
      return {{"prediction", number}, {"probability", DataType::Vector(2)}, {"decision", number}};
    case ModelFileAnswers::kClasses:
      return {{"prediction", number}, {"probability", scores}, {"decision", scores}};
  }
  return {{"prediction", number}};
}

}  // namespace pillion
