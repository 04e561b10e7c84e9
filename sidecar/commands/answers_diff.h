// What two models answer to the same rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "engine/model.h"

namespace pillion {

struct AnswersDiff {
  struct Column {
    std::string name;
    std::uint64_t equal = 0;      // rows, to the last bit
    std::uint64_t ulps_most = 0;  // Difference::ulps
    double difference_most = 0;   // Difference::absolute
    std::uint64_t furthest = 0;   // the row, from 1; 0: all are equal
    std::string a = {};           // its answers, as JSON
    std::string b = {};
  };

  std::uint64_t row_count = 0;
  std::uint64_t compared = 0;
  std::uint64_t only_a = 0;  // rows that b refuses or removes
  std::uint64_t only_b = 0;
  std::vector<Column> columns;  // that both make, of the same type

  bool Equal() const;
};

// Scores the rows of a file, in any form that is read, with both models; what only one of them
// answers is counted. Columns that a model needs and the file lacks are null where it may be.
Result<AnswersDiff> DiffAnswers(const std::shared_ptr<const Model>& a,
                                const std::shared_ptr<const Model>& b, const std::string& rows);

}  // namespace pillion
