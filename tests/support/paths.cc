#include "tests/support/paths.h"

namespace pillion {

std::string SourceDir() { return PILLION_SOURCE_DIR; }

std::string BinaryDir() { return PILLION_BINARY_DIR; }

}  // namespace pillion
