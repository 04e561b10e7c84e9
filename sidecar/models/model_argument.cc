#include "sidecar/models/model_argument.h"

#include <algorithm>

#include "sidecar/models/model_reference.h"

namespace pillion {

tl::expected<ModelArgument, std::string> ModelArgument::Parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || text.find('/') < equals) {
    std::filesystem::path path(text);
    if (path.filename().empty()) path = path.parent_path();  // "models/house/"
    std::string name = path.stem().string();
    std::ranges::replace_if(
        name, [](char c) { return c == '@' || c == ':'; }, '_');
    if (name.empty()) return tl::unexpected("'" + std::string(text) + "' is no path of a model");
    return ModelArgument{std::move(name), std::move(path)};
  }
  auto reference = ModelReference::Parse(text.substr(0, equals));
  if (!reference) return tl::unexpected(reference.error());
  if (!reference->label.empty() || equals + 1 == text.size()) {
    return tl::unexpected("'" + std::string(text) +
                          "' is no model to load: write NAME=PATH, NAME@VERSION=PATH or PATH");
  }
  return ModelArgument{std::move(reference->name), std::string(text.substr(equals + 1)),
                       std::move(reference->version)};
}

}  // namespace pillion
