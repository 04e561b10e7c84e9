// A stage that may remove rows, as a server tells of it and its clients read.
#pragma once

#include <string>

namespace pillion {

struct RowRemover {
  std::string column;  // an input that the stage reads
  std::string op;
  std::string name;
};

}  // namespace pillion
