#include "sidecar/bench/bench_rows.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "schemas/rows/column_index.h"
#include "sidecar/scoring/missing_columns.h"
#include "sidecar/scoring/row_caster.h"
#include "sidecar/table/table_file.h"

namespace pillion::bench {
namespace {

// Appends the columns of `schema` to `cells`, cast as for scoring.
class CellSink final : public RowSink {
 public:
  CellSink(const TableSource& source, const Schema& schema, Arena& arena, std::vector<Value>& cells)
      : source_(source), schema_(schema), arena_(arena), cells_(cells) {}

  Result<void> Begin(const TableHead& head) override {
    const ColumnIndex index(head.columns);
    Schema missing;
    for (const Field& field : schema_) {
      if (!index.Find(head.columns, field.name)) missing.push_back(field);
    }
    if (!missing.empty()) {
      // As if it had been asked for: there is no such option here to tell of.
      return tl::unexpected(LoadError(MissingColumns(missing, head, source_, true)));
    }
    PILLION_ASSIGN(caster_, RowCaster::Make(source_.name, head.columns, index, schema_));
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    auto problem = caster_->Cast(row, ++row_count_, arena_, cells_);
    return problem ? tl::unexpected(LoadError({std::move(problem->problem)})) : Result<void>();
  }

  Result<void> End() override {
    return row_count_ == 0 ? Fail(LoadCode::kBadSchema, source_.name, "has no rows")
                           : Result<void>();
  }

  std::size_t row_count() const { return row_count_; }

 private:
  const TableSource& source_;
  const Schema& schema_;
  Arena& arena_;
  std::vector<Value>& cells_;
  std::optional<RowCaster> caster_;
  std::size_t row_count_ = 0;
};

}  // namespace

Result<BenchRows> BenchRows::Read(const std::string& path, const Schema& schema) {
  TableFile file;
  PILLION_ASSIGN(file, OpenTable(path));
  file.source.columns = schema;
  file.source.other_columns.emplace();
  BenchRows rows(std::max<std::size_t>(schema.size(), 1));
  CellSink sink(file.source, schema, rows.arena_, rows.cells_);
  PILLION_TRY(ReadRows(file.source, *file.text, rows.arena_, sink));
  rows.AddCopies(schema, sink.row_count());
  return rows;
}

void BenchRows::AddCopies(const Schema& schema, std::size_t own) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> change(1.0, 0.01);
  for (std::size_t i = own; i < kRowsMin; ++i) {
    for (std::size_t k = 0; k < schema.size(); ++k) {
      Value value = cells_[(i % own) * width_ + k];
      const DataType& type = schema[k].type;
      const bool number = type.shape == Shape::kScalar && type.base == BasicType::kDouble;
      if (number && !value.null) value.float64 *= change(random);
      cells_.push_back(value);
    }
  }
}

}  // namespace pillion::bench
