#include "base/load_error.h"

namespace pillion {

std::string LoadError::Text() const {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    if (!problem.where.empty()) text += problem.where + ": ";
    text += problem.what;
  }
  return text;
}

LoadError LoadError::In(std::string_view place) && {
  for (Problem& problem : problems) {
    if (!problem.where.empty()) problem.where.insert(0, ": ");
    problem.where.insert(0, place);
  }
  return std::move(*this);
}

}  // namespace pillion
