#include "engine/load_error.h"

namespace pillion {

std::string LoadError::Text() const {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.where + ": " + problem.what;
  }
  return text;
}

}  // namespace pillion
