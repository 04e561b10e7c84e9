// How a command line names a model to load.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pillion {

// "house=models/house.zip", "house@3=models/house.zip", or "models/house.zip", which is then named
// "house".
struct ModelArgument {
  std::string name;
  std::filesystem::path path;
  std::string version = {};  // empty: the first digits of its content's hash

  // An error says what is wrong with the text.
  static tl::expected<ModelArgument, std::string> Parse(std::string_view text);
};

}  // namespace pillion
