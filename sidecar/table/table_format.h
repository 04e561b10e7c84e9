// The forms that a table of rows has outside: which there are, how they are told apart, and who
// reads and writes each. What a cell may hold is spec'd by MLeap's leap frames.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/arena.h"
#include "schemas/types/data_type.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/text_input.h"

namespace pillion {

enum class TableFormat : std::uint8_t {
  kJson,       // MLeap's leap frame: {"schema": …, "rows": [[…], …]}
  kBinary,     // MLeap's binary leap frame
  kJsonLines,  // an object a row, column names as keys; also the bodies of json_bodies.h
  kCsv,        // RFC 4180
  kAvro,       // MLeap's leap frame as an Avro file; only read
};

std::string_view Name(TableFormat format) noexcept;  // "json", "binary", "jsonl", "csv", "avro"
std::optional<TableFormat> ParseTableFormat(std::string_view name) noexcept;
// By content. Never fails: what looks like nothing else is CSV.
TableFormat DetectTableFormat(std::string_view text) noexcept;
// By what `input` begins with, of which as much is read as it takes to tell. kBadSchema: a form
// that is known and not read, such as Parquet, with the way out.
Result<TableFormat> DetectTableFormat(TextInput& input, const std::string& name);

// How a CSV file is written, where it is not as RFC 4180 has it.
struct CsvDialect {
  char delimiter = '\0';            // 0: told by the header: a comma, tab, semicolon or bar
  std::vector<std::string> header;  // empty: the first line has the names
  std::vector<std::string> nulls;   // unquoted fields that are null, besides the empty one
};

// How messages name what a caller may ask for where columns are missing; empty: he cannot.
struct OptionNames {
  std::string_view missing_as_null = "--missing-as-null";
  std::string_view select = "--select ";  // names follow
};

// A table to read.
struct TableSource {
  std::string name;  // of the file, for messages
  std::string_view text;
  TableFormat format = TableFormat::kJson;
  // What follows is for JSON rows and CSV, which do not say their columns' types: the columns that
  // are known. CSV has any other column as a nullable string, JSON rows as raw JSON.
  Schema columns;
  // Of `columns`: nullable ones that JSON rows may leave out.
  std::vector<std::string> optional_columns = {};
  // JSON rows may leave out every nullable column, and their table has them all.
  bool missing_as_null = false;
  // The other columns to read; absent: all that the first row has.
  std::optional<std::vector<std::string>> other_columns = {};
  // Rows that cannot be read go to RowSink::AddUnreadable, as far as the form lets one go on.
  bool keep_going = false;
  CsvDialect csv = {};
  OptionNames option_names = {};
  // Is told what is no error but should be known, as whole sentences.
  std::function<void(const std::string&)> note = {};
};

// A document that is read whole may have so many bytes: leap frames, JSON bodies.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{2} << 30;
// As may a row of JSON rows and CSV.
inline constexpr std::size_t kRowBytesMax = std::size_t{64} << 20;

// Pushes all rows of `source` into `sink`. What the values view is put into `arena`, which is never
// reset here. Takes no memory on the word of a count in the text alone. JSON rows and CSV take the
// memory of a row, the others of the whole text.
Result<void> ReadRows(const TableSource& source, Arena& arena, RowSink& sink);
// The same for the text of `input`; source.text is not used.
Result<void> ReadRows(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink);

// A sink that writes to `out`, which must outlive it; nullptr for a form that is only read. Whether
// `out` took the bytes is for the caller to ask it.
std::unique_ptr<RowSink> MakeTableWriter(TableFormat format, std::ostream& out);

}  // namespace pillion
