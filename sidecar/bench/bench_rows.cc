#include "sidecar/bench/bench_rows.h"

#include <algorithm>
#include <random>
#include <utility>

namespace pillion::bench {
namespace {

// Where each column of `schema` stands in the frame.
Result<std::vector<std::size_t>> FindColumns(const std::string& name, const Schema& frame,
                                             const Schema& schema) {
  std::vector<std::size_t> positions;
  for (const Field& wanted : schema) {
    const auto it = std::find_if(frame.begin(), frame.end(),
                                 [&](const Field& field) { return field.name == wanted.name; });
    if (it == frame.end()) {
      return Fail(LoadCode::kBadSchema, name, "the column '" + wanted.name + "' is missing");
    }
    if (it->type.shape != wanted.type.shape || it->type.base != wanted.type.base) {
      return Fail(LoadCode::kBadSchema, name,
                  "the column '" + wanted.name + "' is " + Describe(it->type) + ", expected " +
                      Describe(wanted.type));
    }
    positions.push_back(static_cast<std::size_t>(it - frame.begin()));
  }
  return positions;
}

}  // namespace

Result<BenchRows> BenchRows::Read(const std::string& name, const std::string& text,
                                  const Schema& schema) {
  TableSource source{name, text, DetectTableFormat(text), schema};
  Table frame;
  PILLION_ASSIGN(frame, Table::Read(source));
  if (frame.row_count() == 0) return Fail(LoadCode::kBadSchema, name, "has no rows");
  std::vector<std::size_t> positions;
  PILLION_ASSIGN(positions, FindColumns(name, frame.schema(), schema));

  BenchRows rows(std::move(frame), std::max<std::size_t>(schema.size(), 1));
  std::mt19937_64 random(1);
  std::normal_distribution<double> change(1.0, 0.01);
  const std::size_t own = rows.frame_.row_count();
  for (std::size_t i = 0; i < std::max(own, kRowsMin); ++i) {
    const std::span<const Value> row = rows.frame_.Row(i % own);
    for (std::size_t k = 0; k < schema.size(); ++k) {
      Value value = row[positions[k]];
      const DataType& type = schema[k].type;
      const bool number = type.shape == Shape::kScalar && type.base == BasicType::kDouble;
      if (i >= own && number && !value.null) value.float64 *= change(random);
      rows.cells_.push_back(value);
    }
  }
  return rows;
}

}  // namespace pillion::bench
