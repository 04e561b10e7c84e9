// Where the checkout and its build are, so that one file alone depends on it.
#pragma once

#include <string>

namespace pillion {

std::string SourceDir();  // the checkout's root
std::string BinaryDir();  // the build's root

}  // namespace pillion
