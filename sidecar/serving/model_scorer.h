// The models that a sidecar serves, behind the transports' seam: binds names and outputs to
// layouts, scores their rows. Names, layouts and workspaces meet here; bytes travel elsewhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model.h"
#include "sidecar/serving/scorer.h"

namespace pillion {

// "house=models/house.zip", or "models/house.zip", which is then named "house".
struct ModelArgument {
  std::string name;
  std::filesystem::path path;

  static ModelArgument Parse(std::string_view text);
};

// What is served under a name.
struct ModelFacts {
  std::string name;
  std::uint32_t version = 0;
  std::string path;
  std::string content_sha256;  // of what loading reads, however it is packed
  std::size_t input_columns = 0;
  std::size_t output_columns = 0;
  std::size_t stages = 0;
  std::size_t bundle_bytes = 0;
  std::size_t row_bytes_min = 0;             // of a row: text and vectors come on top
  std::vector<std::string> optional_inputs;  // see Model::OptionalInputs()
  // Stages that may remove rows: the input that each reads, and its op and name.
  struct Remover {
    std::string column;
    std::string op;
    std::string name;
  };
  std::vector<Remover> removers;
  std::vector<std::string> warnings;  // what whoever serves it should know, with its place
};

class ModelScorer final : public Scorer {
 public:
  // Loads all of them. Errors name the model's argument; two of one name are an error.
  static Result<std::unique_ptr<ModelScorer>> Load(const std::vector<ModelArgument>& arguments,
                                                   const LoadOptions& options);

  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override;
  bool Ready() const override { return true; }
  std::string ModelsJson() const override;
  std::vector<ModelFacts> Facts() const;  // by name

 private:
  struct ServedModel {
    std::filesystem::path path;
    std::uint32_t version = 0;  // changes with the bundle's content
    std::shared_ptr<const Model> model;
    std::size_t row_bytes_min = 0;
  };

  std::map<std::string, ServedModel, std::less<>> models_;
};

}  // namespace pillion
