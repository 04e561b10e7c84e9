// The forms that a table of rows has outside: which there are, how they are told apart, and who
// reads and writes each. What a cell may hold is spec'd by MLeap's leap frames.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "engine/arena.h"
#include "schemas/data_type.h"
#include "sidecar/table/row_sink.h"

namespace pillion {

enum class TableFormat : std::uint8_t {
  kJson,       // MLeap's leap frame: {"schema": …, "rows": [[…], …]}
  kBinary,     // MLeap's binary leap frame, the only one that carries NaN and infinities
  kJsonLines,  // an object a line, column names as keys
  kCsv,        // RFC 4180 with a header line
  kAvro,       // MLeap's leap frame as an Avro file; only read
};

std::string_view Name(TableFormat format) noexcept;  // "json", "binary", "jsonl", "csv", "avro"
std::optional<TableFormat> ParseTableFormat(std::string_view name) noexcept;
// By content. Never fails: what looks like nothing else is CSV.
TableFormat DetectTableFormat(std::string_view text) noexcept;

// A table to read.
struct TableSource {
  std::string name;  // of the file, for messages
  std::string_view text;
  TableFormat format = TableFormat::kJson;
  // JSON lines and CSV do not say their columns' types. JSON lines have just these columns; a CSV
  // column that is not among them is a nullable string.
  Schema columns;
};

// Pushes all rows of `source` into `sink`. What the values view is put into `arena`, which is never
// reset here. Takes no memory on the word of a count in the text alone.
Result<void> ReadRows(const TableSource& source, Arena& arena, RowSink& sink);

// A sink that writes to `out`, which must outlive it; nullptr for a form that is only read. Whether
// `out` took the bytes is for the caller to ask it.
std::unique_ptr<RowSink> MakeTableWriter(TableFormat format, std::ostream& out);

}  // namespace pillion
