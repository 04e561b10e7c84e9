#include "sidecar/table/csv.h"

#include <algorithm>

#include "sidecar/table/table_format.h"

namespace pillion {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<bool> CsvScanner::Next(std::vector<CsvField>& record) {
  input_->Consume(taken_);
  taken_ = 0;
  bool whole = false;
  for (;;) {
    const std::string_view text = input_->rest();
    if (text.empty() && whole) return false;
    at_ = 0;
    count_ = 0;
    const Outcome outcome = text.empty() ? Outcome::kNeedsMore : Scan(text, whole, record);
    if (outcome == Outcome::kRecord) {
      record.resize(count_);
      taken_ = at_;
      const std::string_view taken = text.substr(0, at_);
      line_ = next_line_;
      next_line_ += static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), '\n'));
      raw_ = taken.substr(0, taken.find_last_not_of("\r\n") + 1);
      return true;
    }
    if (outcome == Outcome::kBad) {
      line_ = next_line_;
      return Fail(LoadCode::kBadSchema, "", wrong_);
    }
    bool more = false;
    PILLION_ASSIGN(more, input_->More(kRowBytesMax, "a record"));
    whole = !more;
  }
}

CsvScanner::Outcome CsvScanner::Scan(std::string_view text, bool whole,
                                     std::vector<CsvField>& record) {
  for (;;) {
    if (count_ == record.size()) record.emplace_back();
    CsvField& field = record[count_++];
    field.text.clear();
    field.quoted = false;
    const Outcome outcome = ScanField(text, whole, field);
    if (outcome != Outcome::kRecord) return outcome;
    if (at_ == text.size()) return whole ? Outcome::kRecord : Outcome::kNeedsMore;
    const char end = text[at_++];
    if (end == delimiter_) continue;
    if (end == '\r') {
      if (at_ == text.size() && !whole) return Outcome::kNeedsMore;
      if (at_ < text.size() && text[at_] == '\n') ++at_;
    }
    return Outcome::kRecord;
  }
}

CsvScanner::Outcome CsvScanner::ScanField(std::string_view text, bool whole, CsvField& field) {
  if (skip_blanks_) at_ = std::min(text.find_first_not_of(' ', at_), text.size());
  if (at_ < text.size() && text[at_] == '"') return ScanQuoted(text, whole, field);
  const std::size_t begin = at_;
  while (at_ < text.size() && !EndsField(text[at_])) ++at_;
  field.text.assign(text.substr(begin, at_ - begin));
  return Outcome::kRecord;
}

CsvScanner::Outcome CsvScanner::ScanQuoted(std::string_view text, bool whole, CsvField& field) {
  field.quoted = true;
  ++at_;
  for (;;) {
    const std::size_t quote = text.find('"', at_);
    if (quote == std::string_view::npos) {
      wrong_ = "a quoted field that does not end";
      return whole ? Outcome::kBad : Outcome::kNeedsMore;
    }
    field.text += text.substr(at_, quote - at_);
    at_ = quote + 1;
    if (at_ == text.size()) return whole ? Outcome::kRecord : Outcome::kNeedsMore;
    if (text[at_] != '"') break;
    field.text += '"';
    ++at_;
  }
  if (EndsField(text[at_])) return Outcome::kRecord;
  wrong_ = "expected the delimiter or the end of the line behind a quoted field";
  return Outcome::kBad;
}

void AppendCsvField(std::string_view text, std::string& out) {
  if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos &&
      !text.starts_with(kByteOrderMark)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace pillion
