// Paths that somebody names who may not name any path.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pillion {

// Where `path`, absolute or relative to `directory`, really lies, if that is below `directory`. No
// component of it is a symbolic link. It need not exist. An error is one sentence, the same whether
// there is something elsewhere or not.
tl::expected<std::filesystem::path, std::string> PathBelow(const std::filesystem::path& directory,
                                                           std::string_view path);

}  // namespace pillion
