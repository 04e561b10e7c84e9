// Tables as text and back, for tests.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "sidecar/table/table.h"
#include "sidecar/table/table_format.h"

namespace pillion::testing {

inline Result<Table> Parse(std::string_view text, TableFormat format, Schema columns = {}) {
  return Table::Read({"input", text, format, std::move(columns)});
}

// The reason why `text` is refused; empty if it is not.
inline std::string Refusal(std::string_view text, TableFormat format, Schema columns = {}) {
  const Result<Table> frame = Parse(text, format, std::move(columns));
  return frame ? "" : frame.error().Text();
}

inline std::string Print(const Table& frame, TableFormat format) {
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(format, out);
  Result<void> result = writer->Begin(frame.schema());
  for (std::size_t i = 0; result && i < frame.row_count(); ++i) result = writer->Add(frame.Row(i));
  if (result) result = writer->End();
  return result ? out.str() : "refused: " + result.error().Text();
}

// `text` read in one form and written in another.
inline std::string Convert(std::string_view text, TableFormat from, TableFormat to,
                           Schema columns = {}) {
  const Result<Table> frame = Parse(text, from, std::move(columns));
  return frame ? Print(*frame, to) : "refused: " + frame.error().Text();
}

}  // namespace pillion::testing
