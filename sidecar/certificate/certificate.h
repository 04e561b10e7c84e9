// What a model's golden rows say of it: column by column, how far its answers are from theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/certificate/golden_rows.h"
#include "sidecar/table/json_text.h"

namespace pillion {

struct Certificate {
  // The first answer of a column that is further off than is allowed.
  struct Miss {
    std::uint64_t row = 0;  // from 1
    std::string expected;   // as JSON
    std::string answered;
    std::uint64_t ulps = 0;  // Difference::ulps
  };
  struct Column {
    std::string name;
    std::uint64_t ulps_allowed = 0;
    std::uint64_t equal = 0;      // rows, to the last bit
    std::uint64_t ulps_most = 0;  // Difference::ulps
    double difference_most = 0;   // Difference::absolute
    std::optional<Miss> miss;
  };

  std::string place;
  std::string made_by;
  std::uint64_t row_count = 0;
  std::vector<Column> columns;

  bool Holds() const;
  // "row 3, column 'prediction': expected 1.0, the model answers 1.5 (17 ulps apart, 0 allowed)";
  // empty where it holds.
  std::string FirstMiss() const;
};

// Scores the golden rows. An error, with a place: rows that are not this model's, or that it
// refuses or removes.
Result<Certificate> Certify(std::shared_ptr<const Model> model, const GoldenRows& golden);

void WriteCertificate(const Certificate& certificate, JsonText& json);

}  // namespace pillion
