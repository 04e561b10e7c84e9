#include "engine/stage_contents.h"

#include <string_view>

#include "engine/formats/mleap/bundle.h"

namespace pillion {
namespace {

void AddNumbers(const auto& values, StageAttribute& attribute) {
  attribute.numbers.insert(attribute.numbers.end(), values.begin(), values.end());
}
void AddTexts(const auto& values, StageAttribute& attribute) {
  for (const auto value : values) attribute.texts.push_back(std::to_string(value));
}
void AddTexts(const std::vector<std::string>& values, StageAttribute& attribute) {
  attribute.texts.insert(attribute.texts.end(), values.begin(), values.end());
}
void AddTexts(const std::vector<bool>& values, StageAttribute& attribute) {
  for (const bool value : values) attribute.texts.emplace_back(value ? "true" : "false");
}

StageAttribute Flatten(const AttributeValue& value) {
  StageAttribute attribute;
  AddNumbers(value.doubles, attribute);
  AddNumbers(value.floats, attribute);
  AddTexts(value.booleans, attribute);
  AddTexts(value.ints, attribute);
  AddTexts(value.longs, attribute);
  AddTexts(value.strings, attribute);
  AddTexts(value.byte_strings, attribute);
  for (const TensorAttribute& tensor : value.tensors) {
    AddNumbers(tensor.doubles, attribute);
    AddNumbers(tensor.floats, attribute);
    AddTexts(tensor.integers, attribute);
    AddTexts(tensor.strings, attribute);
  }
  for (const auto& type : value.basic_types) {
    attribute.texts.push_back(type ? Describe(DataShape().Of(*type)) : "unknown");
  }
  for (const DataShape& shape : value.data_shapes) {
    attribute.texts.push_back(Describe(shape.Of(BasicType::kDouble)));
  }
  return attribute;
}

Result<StageContents> ReadStage(const std::string& directory, Bundle& bundle) {
  StageContents contents;
  ModelFile model;
  PILLION_ASSIGN(model, bundle.ReadModel(directory));
  for (const auto& [name, value] : model.attributes.values) {
    contents.attributes.emplace(name, Flatten(value));
  }
  for (const std::string& path : bundle.FilesBelow(directory)) {
    const std::string name = path.substr(directory.size() + 1);
    if (path == bundle.FilePath(directory, "model") || path == bundle.FilePath(directory, "node")) {
      continue;
    }
    std::string bytes;
    PILLION_ASSIGN(bytes, bundle.ReadFile(path));
    ContentHasher hasher;
    hasher.Add("", bytes);
    contents.files.emplace(name, hasher.Hash());
  }
  return contents;
}

}  // namespace

Result<std::vector<StageContents>> ReadStageContents(const Model& model) {
  std::vector<StageContents> all;
  const BundleFormat format = model.info().format;
  if (format != BundleFormat::kJson && format != BundleFormat::kProtobuf) return all;
  auto bundle = Bundle::Open(model.place(), model.limits());
  if (!bundle) return tl::unexpected(std::move(bundle).error());
  for (const Stage& stage : model.stages()) {
    StageContents contents;
    PILLION_ASSIGN(contents, ReadStage(stage.path, *bundle));
    all.push_back(std::move(contents));
  }
  return all;
}

}  // namespace pillion
