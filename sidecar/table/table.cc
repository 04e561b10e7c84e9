#include "sidecar/table/table.h"

namespace pillion {

Result<Table> Table::Read(const TableSource& source) {
  Table frame;
  PILLION_TRY(ReadRows(source, frame.arena_, frame));
  return frame;
}

Result<void> Table::Begin(const TableHead& head) {
  schema_ = head.columns;
  return {};
}

Result<void> Table::Add(std::span<const Value> row) {
  if ((cells_.size() + row.size()) * sizeof(Value) > bytes_max_) {
    return Fail(LoadCode::kOverLimit, "the table",
                "more than the limit of " + std::to_string(bytes_max_) + " bytes of rows");
  }
  cells_.insert(cells_.end(), row.begin(), row.end());
  ++row_count_;
  return {};
}

}  // namespace pillion
