// The grammar of RFC 4180, without knowledge of columns: records of fields, quoted or not, ended by
// LF or CRLF; a byte order mark in front is dropped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillion {

struct CsvField {
  std::string text;
  bool quoted = false;
  std::size_t offset = 0;  // of the field in the text
};

class CsvScanner {
 public:
  explicit CsvScanner(std::string_view text);

  // Whether there is another record; false at the end and after an error.
  bool Next(std::vector<CsvField>& record);
  // Empty: none. Otherwise what is wrong at offset().
  const std::string& error() const { return error_; }
  std::size_t offset() const { return at_; }

 private:
  bool ReadField(CsvField& field);
  bool ReadQuoted(CsvField& field);
  bool AtEndOfField() const { return at_ == text_.size() || IsDelimiter(text_[at_]); }
  static bool IsDelimiter(char c) { return c == ',' || c == '\n' || c == '\r'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

// A field as it is written: quoted where it has to be, and where it is empty, so that an empty
// string is not taken for a missing value.
void AppendCsvField(std::string_view text, std::string& out);

}  // namespace pillion
