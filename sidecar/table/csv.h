// The grammar of RFC 4180, without knowledge of columns: records of fields, quoted or not, ended by
// LF or CRLF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/table/text_input.h"

namespace pillion {

struct CsvField {
  std::string text;
  bool quoted = false;
};

class CsvScanner {
 public:
  // `input` must outlive the scanner.
  explicit CsvScanner(TextInput& input, char delimiter = ',')
      : input_(&input), delimiter_(delimiter) {}

  void set_delimiter(char delimiter) { delimiter_ = delimiter; }
  // "a, b": blanks behind a delimiter are no part of an unquoted field, and may stand in front of a
  // quoted one.
  void set_skip_blanks(bool skip) { skip_blanks_ = skip; }

  // Whether there is another record. Its fields keep their memory from record to record. Errors:
  // the input's, and kBadSchema with what is wrong and no place.
  Result<bool> Next(std::vector<CsvField>& record);
  // Of the last record's first character, from 1.
  std::uint64_t line() const { return line_; }
  // The text from the last record's first character to its line end, without that; until the next
  // call.
  std::string_view raw() const { return raw_; }

 private:
  enum class Outcome : std::uint8_t { kRecord, kNeedsMore, kBad };
  Outcome Scan(std::string_view text, bool whole, std::vector<CsvField>& record);
  Outcome ScanField(std::string_view text, bool whole, CsvField& field);
  Outcome ScanQuoted(std::string_view text, bool whole, CsvField& field);
  bool EndsField(char c) const { return c == delimiter_ || c == '\n' || c == '\r'; }

  TextInput* input_;
  char delimiter_;
  bool skip_blanks_ = false;
  std::size_t at_ = 0;  // in the text that is being scanned
  std::size_t count_ = 0;
  const char* wrong_ = "";
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  std::size_t taken_ = 0;  // of the last record, to be consumed
  std::string_view raw_;
};

// A field as it is written: quoted where it has to be, and where it is empty, so that an empty
// string is not taken for a missing value.
void AppendCsvField(std::string_view text, std::string& out);

}  // namespace pillion
