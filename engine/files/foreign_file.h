// Files that people give for a bundle by mistake, told by their first bytes, with what to do about
// each. Reads no file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/load_error.h"

namespace pillion {

// How much of a file's start is looked at.
inline constexpr std::size_t kForeignBytes = 4096;

// What a file that starts with `bytes` is, and the way out: "an HTML page: download the …".
// Nothing for a zip or what is not known.
std::optional<std::string> DescribeForeign(std::string_view bytes);

// Whether a file that starts with `bytes` is an XGBoost model in JSON or UBJSON, or one of
// LightGBM.
bool IsBooster(std::string_view bytes);
bool IsLightgbm(std::string_view bytes);

// An error that says what the file is instead unless `bytes`, its start, are those of a zip.
Result<void> CheckZipStart(std::string_view bytes);

// The way out for a file that Git LFS left in place of a member; nullopt for any other.
std::optional<std::string> DescribeLfsPointer(std::string_view bytes);

}  // namespace pillion
