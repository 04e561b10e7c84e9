#include "tests/support/op_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

// A directory that goes with its scope.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = fs::temp_directory_path() / "pillion_op_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchDirectory() { fs::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void Write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary)
      .write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::string Sockets(const std::vector<std::string>& ports) {
  std::vector<std::string> sockets;
  for (const std::string& port : ports) {
    sockets.push_back(fmt::format(R"({{"name": "{0}", "port": "{0}"}})", port));
  }
  return fmt::format("[{}]", fmt::join(sockets, ", "));
}

template <typename T>
std::string ElementText(const T& element) {
  return fmt::format("{}", element);
}

template <typename T>
std::vector<std::string> Elements(const Value& value) {
  std::vector<std::string> texts;
  for (const T& element : value.Elements<T>()) texts.push_back(ElementText(element));
  return texts;
}

std::string TensorText(const Value& value, const std::vector<std::string>& elements) {
  std::string text;
  if (value.sparse) {
    std::vector<std::string> entries;
    for (std::uint32_t k = 0; k < value.count; ++k) {
      const std::int32_t* index = value.indices + std::size_t{k} * value.rank;
      entries.push_back(
          fmt::format("{}: {}", fmt::join(index, index + value.rank, ","), elements[k]));
    }
    return fmt::format("({}){{{}}}", fmt::join(value.Dimensions(), "x"), fmt::join(entries, ", "));
  }
  text = fmt::format("[{}]", fmt::join(elements, ", "));
  return value.rank == 1 ? text : fmt::format("{} {}", text, fmt::join(value.Dimensions(), "x"));
}

template <typename T>
Given Own(std::vector<T> elements, Value (*make)(const T*, std::uint32_t)) {
  auto storage = std::make_shared<std::vector<T>>(std::move(elements));
  return {make(storage->data(), static_cast<std::uint32_t>(storage->size())), storage, nullptr};
}

}  // namespace

Given Null() { return {Value::Null(), nullptr, nullptr}; }
Given Number(double x) { return {Value::Scalar(x), nullptr, nullptr}; }

Given Text(std::string_view text) {
  auto storage = std::make_shared<std::string>(text);
  return {Value::Text(*storage), storage, nullptr};
}

Given Texts(std::initializer_list<std::string_view> texts) {
  return Own(std::vector<std::string_view>(texts), &Value::List<std::string_view>);
}

Given Numbers(std::initializer_list<double> values) {
  return Own(std::vector<double>(values), &Value::List<double>);
}

Given Dense(std::vector<double> values) { return Own(std::move(values), &Value::Dense<double>); }

Given Dense(std::vector<double> values, std::vector<std::int32_t> dimensions) {
  Given given = Dense(std::move(values));
  auto storage = std::make_shared<std::vector<std::int32_t>>(std::move(dimensions));
  given.value.rank = static_cast<std::uint8_t>(storage->size());
  given.value.dimensions = storage->data();
  given.more_storage = storage;
  return given;
}

Given Sparse(std::int32_t size, std::initializer_list<std::pair<std::int32_t, double>> entries) {
  auto indices = std::make_shared<std::vector<std::int32_t>>();
  auto values = std::make_shared<std::vector<double>>();
  for (const auto& [index, value] : entries) {
    indices->push_back(index);
    values->push_back(value);
  }
  const auto count = static_cast<std::uint32_t>(values->size());
  return {Value::Sparse(indices->data(), values->data(), count, size), indices, values};
}

std::string ToText(const Value& value, const DataType& type) {
  if (value.null) return "null";
  return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) -> std::string {
    if (type.shape == Shape::kScalar) return ElementText(value.As<T>());
    const std::vector<std::string> elements = Elements<T>(value);
    if (type.shape == Shape::kTensor) return TensorText(value, elements);
    if (type.shape == Shape::kList) return fmt::format("[{}]", fmt::join(elements, ", "));
    const std::vector<std::string> keys =
        WithElementType(type.key, [&]<typename K>(std::type_identity<K>) {
          std::vector<std::string> texts;
          for (const K& key : value.Keys<K>()) texts.push_back(ElementText(key));
          return texts;
        });
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < keys.size(); ++i) entries.push_back(keys[i] + ": " + elements[i]);
    return fmt::format("{{{}}}", fmt::join(entries, ", "));
  });
}

OpFixture::OpFixture(std::string_view op, std::string_view attributes,
                     std::vector<std::string> inputs, std::vector<std::string> outputs,
                     const std::vector<SideFile>& files, const LoadOptions& options) {
  const ScratchDirectory directory;
  fs::create_directory(directory.path() / "root");
  Write(directory.path() / "bundle.json",
        R"({"uid": "00000000-0000-0000-0000-000000000000", "name": "op", "format": "json",
            "version": "0.25.2", "timestamp": "2024-01-01T00:00:00"})");
  Write(directory.path() / "root/model.json",
        fmt::format(R"({{"op": "{}", "attributes": {}}})", op, attributes));
  Write(directory.path() / "root/node.json",
        fmt::format(R"({{"name": "op", "shape": {{"inputs": {}, "outputs": {}}}}})",
                    Sockets(inputs), Sockets(outputs)));
  for (const SideFile& file : files) {
    const fs::path path = directory.path() / "root" / file.path;
    fs::create_directories(path.parent_path());
    Write(path, file.bytes);
  }
  Result<std::shared_ptr<const Model>> model = Model::Load(directory.path(), options);
  if (!model) {
    refusal_ = model.error().Text();
    return;
  }
  model_ = *std::move(model);
  BindTo(model_->inputs());
}

void OpFixture::BindTo(Schema inputs) {
  Model::BindOptions options;
  options.inputs = std::move(inputs);
  Result<std::shared_ptr<const Plan>> plan = model_->Bind(options);
  if (plan) {
    workspace_.emplace(*std::move(plan));
  } else {
    refusal_ = plan.error().Text();
  }
}

std::string OpFixture::Score(const std::vector<Given>& row) {
  if (!workspace_) return refusal_;
  EXPECT_EQ(row.size(), inputs().size());
  for (std::size_t i = 0; i < row.size(); ++i) workspace_->Input(i) = row[i].value;
  if (const ScoreCode code = workspace_->Score(); code != ScoreCode::kOk) {
    return fmt::format("{} {}", Name(code), workspace_->fault().column);
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < outputs().size(); ++i) {
    texts.push_back(ToText(workspace_->Output(i), outputs()[i].type));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace pillion::testing
