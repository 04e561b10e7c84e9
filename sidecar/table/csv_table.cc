// Tables as CSV: a line with the column names, then a row a record. Scalars are plain text,
// everything else is JSON in a field. An empty field is null, a quoted empty one an empty string.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/quote.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "schemas/rows/column_index.h"
#include "sidecar/table/cell_json_reader.h"
#include "sidecar/table/cell_json_writer.h"
#include "sidecar/table/cell_text.h"
#include "sidecar/table/csv.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kDelimiters = ",\t;|";

class CsvReader {
 public:
  CsvReader(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink)
      : source_(source),
        known_(source.columns),
        input_(input),
        arena_(arena),
        sink_(sink),
        scanner_(input, source.csv.delimiter == '\0' ? ',' : source.csv.delimiter),
        json_(source.name),
        cells_(json_, CellRules::kOwnType, arena) {}

  Result<void> Read() {
    PILLION_TRY(ReadHeader());
    PILLION_TRY(sink_.Begin(schema_));
    row_.resize(schema_.size());
    for (;;) {
      const Result<bool> more = scanner_.Next(record_);
      if (!more) return AtLine(more.error());
      if (!*more) break;
      const bool blank = record_.size() == 1 && record_[0].text.empty() && !record_[0].quoted;
      if (blank && schema_.size() != 1) continue;
      PILLION_TRY(ReadRow());
    }
    return sink_.End();
  }

 private:
  Result<void> ReadHeader() {
    bool more = true;
    while (more && input_.rest().size() < kByteOrderMark.size()) {
      PILLION_ASSIGN(more, input_.More(kRowBytesMax, "the first line"));
    }
    if (input_.rest().starts_with(kByteOrderMark)) input_.Consume(kByteOrderMark.size());
    if (!source_.csv.header.empty()) return TakeHeader(source_.csv.header);
    Result<bool> any = scanner_.Next(record_);
    if (any && *any && source_.csv.delimiter == '\0') any = ChooseDelimiter();
    if (!any) return AtLine(any.error());
    if (!*any) {
      return Fail(LoadCode::kBadSchema, source_.name,
                  "expected a line of column names, found no text");
    }
    if (!IsUtf8(scanner_.raw())) {
      return Fail(LoadCode::kBadSchema, source_.name + ": line 1", kNoUtf8);
    }
    std::vector<std::string> names;
    for (const CsvField& field : record_) names.push_back(field.text);
    TrimNames(names);
    PILLION_TRY(ExpectNames(names));
    return TakeHeader(names);
  }

  // The one by which the header has most of the known columns, or most columns if it has none.
  Result<bool> ChooseDelimiter() {
    const std::string line(scanner_.raw());
    char best = ',';
    std::size_t best_known = 0;
    std::size_t best_count = 0;
    std::vector<CsvField> fields;
    for (const char delimiter : kDelimiters) {
      TextInput text(line);
      const Result<bool> scanned = CsvScanner(text, delimiter).Next(fields);
      if (!scanned || !*scanned) continue;
      const auto known = static_cast<std::size_t>(std::count_if(
          fields.begin(), fields.end(),
          [&](const CsvField& field) { return Find(WithoutBlanks(field.text)) != nullptr; }));
      const bool wider = known == 0 && best_count == 1 && fields.size() > 1 && delimiter != ',';
      if (known > best_known || best_count == 0 || (best_known == 0 && wider)) {
        best = delimiter;
        best_known = known;
        best_count = fields.size();
      }
    }
    scanner_.set_delimiter(best);
    TextInput text(line);
    return CsvScanner(text, best).Next(record_);
  }

  // "a, b": as many write it, though the blank is part of the name by the letter.
  void TrimNames(std::vector<std::string>& names) {
    bool blanks = names.size() > 1;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (record_[i].quoted || Find(names[i]) != nullptr) {
        blanks = blanks && i == 0;
        continue;
      }
      blanks = blanks && (i == 0 || names[i].starts_with(' '));
      const std::string_view solid = WithoutBlanks(names[i]);
      if (blanks || Find(solid) != nullptr) names[i] = std::string(solid);
    }
    scanner_.set_skip_blanks(blanks);
  }

  // A first line without any known name is more likely a row.
  Result<void> ExpectNames(const std::vector<std::string>& names) const {
    if (source_.columns.empty()) return {};
    std::vector<std::string_view> known;
    for (const Field& field : source_.columns) known.emplace_back(field.name);
    bool has_value = false;
    std::string line;
    for (const std::string& name : names) {
      if (Nearest(name, known)) return {};
      double number = 0;
      has_value = has_value || name.empty() || !ParseCell(name, number);
      if (line.size() < 60) line.append(line.empty() ? "" : ", ").append(Quote(name));
    }
    if (!has_value) return {};
    std::string needed;
    for (const std::string_view name : known) {
      if (needed.size() < 120) needed.append(needed.empty() ? "" : ",").append(name);
    }
    return Fail(LoadCode::kBadSchema, source_.name + ": line 1",
                "expected the names of the columns, found what seems to be a row: " + line +
                    "; where there is no header line, give the names in order: --header " + needed);
  }

  Result<void> TakeHeader(const std::vector<std::string>& header) {
    std::set<std::string_view> names;
    for (const std::string& name : header) {
      if (!names.insert(name).second) {
        return Fail(LoadCode::kBadSchema, source_.name,
                    "the column " + Quote(name) + " stands twice in the header");
      }
      const Field* known = Find(name);
      schema_.push_back(
          {name, known != nullptr ? known->type : DataType::Scalar(BasicType::kString)});
    }
    return {};
  }

  const Field* Find(std::string_view name) const {
    const std::optional<std::uint32_t> column = known_.Find(source_.columns, name);
    return column ? &source_.columns[*column] : nullptr;
  }

  Result<void> ReadRow() {
    ++row_number_;
    std::optional<Problem> problem;
    std::string_view blamed;
    const auto refuse = [&](std::string_view column) {
      if (problem) return;
      blamed = column;
      problem = {LoadCode::kBadSchema, PlaceOfRow(source_, row_number_, scanner_.line(), column),
                 std::move(what_)};
    };
    if (record_.size() != row_.size()) {
      what_ = "expected " + std::to_string(row_.size()) + " fields, found " +
              std::to_string(record_.size());
      refuse("");
    } else if (!IsUtf8(scanner_.raw())) {
      what_ = kNoUtf8;
      refuse("");
    }
    const bool whole = !problem;
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (whole && ReadCell(record_[i], schema_[i].type, row_[i])) continue;
      row_[i] = Value::Null();
      refuse(schema_[i].name);
    }
    if (!problem) return sink_.Add(row_);
    if (!source_.keep_going) return tl::unexpected(LoadError({*std::move(problem)}));
    return sink_.AddUnreadable(row_, *problem, blamed);
  }

  // The scanner's error, which has no place.
  tl::unexpected<LoadError> AtLine(LoadError error) const {
    Problem& problem = error.problems.front();
    if (problem.where.empty()) {
      problem.where = PlaceOfRow(source_, row_number_ + 1, scanner_.line(), "");
    }
    return tl::unexpected(std::move(error));
  }

  bool Expecting(std::string_view expected, std::string_view found) {
    what_ = "expected " + std::string(expected) + ", found " + Quote(found);
    return false;
  }

  bool IsNull(const CsvField& field, const DataType& type) const {
    if (field.quoted) return field.text.empty() && !IsPlainText(type);
    const std::vector<std::string>& nulls = source_.csv.nulls;
    if (std::find(nulls.begin(), nulls.end(), field.text) != nulls.end()) return true;
    if (IsPlainText(type)) return field.text.empty();
    const std::string_view solid = WithoutBlanks(field.text);
    return solid.empty() || solid == "null";
  }

  static bool IsPlainText(const DataType& type) {
    return type.shape == Shape::kScalar && IsText(type.base);
  }

  bool ReadCell(const CsvField& field, const DataType& type, Value& value) {
    value = Value::Null();
    if (IsNull(field, type)) {
      if (type.nullable) return true;
      if (!IsPlainText(type) || !field.text.empty()) return Expecting(Describe(type), field.text);
    }
    if (type.shape != Shape::kScalar) return ReadJson(field.text, type, value);
    value.null = false;
    return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
      return ReadScalar(field.text, type.base, value.As<T>());
    });
  }

  bool ReadJson(std::string_view text, const DataType& type, Value& value) {
    const std::string wrapped = "{\"cell\":" + std::string(text) + "}";
    bool found = false;
    const bool read = json_.ReadText(wrapped, [&](std::string_view, JsonReader::Value json) {
      if (found) return json_.Fail("expected one JSON value, found several");
      found = true;
      return cells_.Read(json, type, value);
    });
    if (!read) what_ = json_.error().problems.front().what;
    return read;
  }

  template <typename T>
  bool ReadScalar(std::string_view text, BasicType base, T& x) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return ReadText(text, base, x);
    } else {
      std::optional<std::string> wrong = ParseCell(text, x);
      if (wrong) what_ = *std::move(wrong);
      return !wrong;
    }
  }

  bool ReadText(std::string_view text, BasicType base, std::string_view& x) {
    std::optional<std::string> bytes;
    if (base == BasicType::kByteString) {
      bytes = DecodeBase64(text);
      if (!bytes) return Expecting("base64", text);
      text = *bytes;
    }
    char* copy = arena_.Allocate<char>(text.size());
    if (copy == nullptr) {
      what_ = "the row is too large";
      return false;
    }
    std::copy(text.begin(), text.end(), copy);
    x = {copy, text.size()};
    return true;
  }

  static constexpr char kNoUtf8[] = "expected UTF-8 text, found other bytes";

  const TableSource& source_;
  ColumnIndex known_;  // of source_.columns
  TextInput& input_;
  Arena& arena_;
  RowSink& sink_;
  CsvScanner scanner_;
  JsonReader json_;
  JsonCellReader cells_;
  Schema schema_;
  std::vector<CsvField> record_;
  std::vector<Value> row_;
  std::uint64_t row_number_ = 0;
  std::string what_;
};

class CsvWriter final : public RowSink {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}

  Result<void> Begin(const TableHead& head) override {
    head_ = head;
    std::string& text = out_.text();
    for (std::size_t i = 0; i < head.columns.size(); ++i) {
      if (i > 0) text += ',';
      AppendCsvField(head.columns[i].name, text);
    }
    text += "\r\n";
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    std::string& text = out_.text();
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (row[i].null) continue;
      if (head_.IsRawJson(i)) {
        AppendCsvField(PlainText(row[i].text), text);
      } else {
        AppendCell(row[i], head_.columns[i].type);
      }
    }
    text += "\r\n";
    out_.FlushIfLarge();
    return {};
  }

  Result<void> Flush() override {
    out_.Flush();
    return {};
  }
  Result<void> End() override { return Flush(); }

 private:
  void AppendCell(const Value& value, const DataType& type) {
    cell_.clear();
    if (type.shape != Shape::kScalar) {
      JsonText json(cell_, JsonStyle::kCompact, JsonNonFinite::kNamed);
      WriteCellJson(value, type, VectorForm::kArray, json);
      return AppendCsvField(cell_, out_.text());
    }
    WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
      AppendScalar(value.As<T>(), type.base);
    });
    AppendCsvField(cell_, out_.text());
  }

  template <typename T>
  void AppendScalar(const T& x, BasicType base) {
    if constexpr (std::is_same_v<T, bool>) {
      cell_ += x ? "true" : "false";
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      base == BasicType::kByteString ? cell_ += EncodeBase64(x) : cell_ += x;
    } else if constexpr (std::is_floating_point_v<T>) {
      if (std::isfinite(x)) return AppendNumber(x, cell_);
      cell_ += std::isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
    } else {
      AppendNumber(std::int64_t{x}, cell_);
    }
  }

  BufferedText out_;
  TableHead head_;
  std::string cell_;
};

}  // namespace

Result<void> ReadCsv(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink) {
  return CsvReader(source, input, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeCsvWriter(std::ostream& out) {
  return std::make_unique<CsvWriter>(out);
}

}  // namespace pillion::internal
