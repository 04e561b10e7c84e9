// What files are called in which models lie.
#pragma once

#include <string_view>

namespace pillion {

// How a file's name ends that may be a model.
inline constexpr std::string_view kModelExtensions[] = {".zip", ".ubj", ".json", ".txt"};

// What a model is called in a directory of its own, the first that is there.
inline constexpr std::string_view kModelNames[] = {"bundle.zip", "bundle", "model.ubj",
                                                   "model.json", "model.txt"};

}  // namespace pillion
