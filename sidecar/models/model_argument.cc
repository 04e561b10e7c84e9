#include "sidecar/models/model_argument.h"

namespace pillion {

ModelArgument ModelArgument::Parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos && text.find('/') > equals) {
    return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  }
  std::filesystem::path path(text);
  if (path.filename().empty()) path = path.parent_path();  // "models/house/"
  return {path.stem().string(), path};
}

}  // namespace pillion
