// Rows of named JSON values, wherever the names come from: the keys of an object, or a list in
// front of arrays. Finds the columns of the table in the first row, casts cells to the known ones,
// and holds later rows to them: an absent column is no null by itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/json_reader.h"
#include "schemas/rows/column_index.h"
#include "sidecar/table/cell_json_reader.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {

class JsonRows {
 public:
  JsonRows(const TableSource& source, Arena& arena, RowSink& sink);

  const TableSource& source() const { return source_; }
  // Texts to read values from that become rows here. Where a function returns false, either it or
  // the sink has an error; Finish() has it.
  JsonReader& json() { return json_; }

  // A row: the object that is the whole of `text`, of `line` in the input (0: not known).
  Result<void> AddText(std::string_view text, std::uint64_t line);
  // A row within a text of json().
  bool AddObject(JsonReader::Value object);
  bool AddArray(JsonReader::Value array, const std::vector<std::string>& names);
  // The error behind a false.
  tl::unexpected<LoadError> Failure();

  // A row of which nothing can be read.
  Result<void> AddBroken(std::string what, std::uint64_t line);
  Result<void> End();

 private:
  void BeginRow(std::uint64_t line);
  bool Member(std::string_view name, JsonReader::Value value);
  Result<void> EndRow();
  std::optional<std::size_t> PlaceOf(std::string_view name);
  std::optional<std::size_t> AddColumn(std::string_view name);
  bool ReadRaw(JsonReader::Value value, Value& cell);
  Result<void> BeginTable();
  void FillMissing();
  void FillMissing(std::size_t column);
  void Refuse(std::string_view column, std::string what);
  bool IsOptional(std::string_view name) const;
  void NoteEnd();

  const TableSource& source_;
  ColumnIndex known_;  // of source_.columns
  std::unordered_set<std::string_view> optional_;
  std::unordered_set<std::string_view> wanted_;  // of source_.other_columns
  Arena& arena_;
  RowSink& sink_;
  JsonReader json_;
  JsonReader raw_json_;  // checks values that are kept as text
  JsonCellReader cells_;
  TableHead head_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of the columns of head_
  std::size_t next_ = 0;  // the column that is expected next: rows are alike
  std::vector<Value> row_;
  std::vector<bool> seen_;                // in this row
  std::vector<bool> ever_seen_;           // in any row
  std::vector<std::string_view> others_;  // this row's members that are no column of the table
  std::map<std::string, std::uint64_t, std::less<>> late_;  // members that came too late -> row
  bool begun_ = false;
  std::uint64_t row_number_ = 0;
  std::uint64_t line_ = 0;
  std::optional<Problem> problem_;    // the first of this row
  std::string problem_column_;        // to blame for it
  std::vector<Problem> held_back_;    // rows in front of the first one that can be read
  std::optional<LoadError> failure_;  // behind a false
};

}  // namespace pillion::internal
