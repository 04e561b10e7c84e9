// The readers behind ReadRows, one a form, and the writers behind MakeTableWriter.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "engine/arena.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/table_format.h"

namespace pillion::internal {

// Of a whole text, source.text.
Result<void> ReadLeapJson(const TableSource& source, Arena& arena, RowSink& sink);
Result<void> ReadLeapBinary(const TableSource& source, Arena& arena, RowSink& sink);
Result<void> ReadLeapAvro(const TableSource& source, Arena& arena, RowSink& sink);
// A row at a time.
Result<void> ReadJsonRows(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink);
Result<void> ReadCsv(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink);

std::unique_ptr<RowSink> MakeLeapJsonWriter(std::ostream& out);
std::unique_ptr<RowSink> MakeLeapBinaryWriter(std::ostream& out);
std::unique_ptr<RowSink> MakeJsonLinesWriter(std::ostream& out);
std::unique_ptr<RowSink> MakeCsvWriter(std::ostream& out);

// "frame.json: row 3, column 'bedrooms', offset 120". Rows count from 1, offsets from 0.
std::string PlaceOf(const TableSource& source, std::size_t row, std::string_view column,
                    std::size_t offset);
// "houses.csv: row 3, column 'bedrooms', line 4". Rows and lines count from 1; line 0: not known.
std::string PlaceOfRow(const TableSource& source, std::uint64_t row, std::uint64_t line,
                       std::string_view column);

// What a cell of a raw JSON column is to forms that know no JSON: the text of a string, else the
// JSON as it is.
std::string PlainText(std::string_view json);

// An element of a vector that is not the vector of bits.
template <typename T>
struct Boxed {
  T value{};
  operator const T&() const { return value; }  // NOLINT(google-explicit-constructor)
};

// Text that is written in large pieces.
class BufferedText {
 public:
  explicit BufferedText(std::ostream& out) : out_(&out) {}
  std::string& text() { return text_; }
  void FlushIfLarge() {
    if (text_.size() >= kBytesMax) Write();
  }
  // To whoever reads behind the stream.
  void Flush() {
    Write();
    out_->flush();
  }
  void Write() {
    out_->write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

 private:
  static constexpr std::size_t kBytesMax = 64 * 1024;

  std::ostream* out_;
  std::string text_;
};

}  // namespace pillion::internal
