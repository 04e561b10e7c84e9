// How a command line names a model to serve.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pillion {

// "house=models/house.zip", or "models/house.zip", which is then named "house".
struct ModelArgument {
  std::string name;
  std::filesystem::path path;

  static ModelArgument Parse(std::string_view text);
};

}  // namespace pillion
