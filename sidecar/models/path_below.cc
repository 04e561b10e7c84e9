#include "sidecar/models/path_below.h"

#include <algorithm>
#include <system_error>

namespace pillion {

tl::expected<std::filesystem::path, std::string> PathBelow(const std::filesystem::path& directory,
                                                           std::string_view path) {
  std::error_code error;
  const std::filesystem::path root = std::filesystem::canonical(directory, error);
  if (error) return tl::unexpected(directory.string() + ": " + error.message());
  std::filesystem::path place;
  // The kernel would read it up to the zero byte alone.
  if (path.find('\0') == path.npos) place = std::filesystem::weakly_canonical(root / path, error);
  const auto [end, below] = std::ranges::mismatch(root, place);
  if (error || end != root.end() || below == place.end()) {
    return tl::unexpected("expected a path below the directory of models, " + root.string() +
                          ", found '" + std::string(path.substr(0, path.find('\0'))) + "'");
  }
  return place;
}

}  // namespace pillion
