#include "sidecar/table/csv.h"

namespace pillion {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvScanner::CsvScanner(std::string_view text) : text_(text) {
  if (text.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

bool CsvScanner::Next(std::vector<CsvField>& record) {
  record.clear();
  if (!error_.empty() || at_ == text_.size()) return false;
  for (;;) {
    if (!ReadField(record.emplace_back())) return false;
    if (at_ == text_.size()) return true;
    const char delimiter = text_[at_++];
    if (delimiter == ',') continue;
    if (delimiter == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    return true;
  }
}

bool CsvScanner::ReadField(CsvField& field) {
  field.offset = at_;
  if (at_ < text_.size() && text_[at_] == '"') return ReadQuoted(field);
  const std::size_t begin = at_;
  while (!AtEndOfField()) ++at_;
  field.text = text_.substr(begin, at_ - begin);
  return true;
}

bool CsvScanner::ReadQuoted(CsvField& field) {
  field.quoted = true;
  ++at_;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) {
      at_ = field.offset;
      error_ = "a quoted field that does not end";
      return false;
    }
    field.text += text_.substr(at_, quote - at_);
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    field.text += '"';
    ++at_;
  }
  if (AtEndOfField()) return true;
  error_ = "expected a comma or the end of the line behind a quoted field";
  return false;
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
