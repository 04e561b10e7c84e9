// Tables as CSV: a header line with the column names, then a row a record. Scalars are plain text,
// everything else is JSON in a field. An empty field is null, a quoted empty one an empty string.
#include <simdjson.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/bundle/base64.h"
#include "engine/bundle/json_reader.h"
#include "engine/bundle/quote.h"
#include "engine/kernels/java_number.h"
#include "sidecar/table/cell_json.h"
#include "sidecar/table/csv.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

class CsvReader {
 public:
  CsvReader(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source),
        arena_(arena),
        sink_(sink),
        scanner_(source.text),
        json_(source.name, Limits{}),
        cells_(json_, VectorForm::kArray, arena) {}

  Result<void> Read() {
    if (!simdjson::validate_utf8(source_.text.data(), source_.text.size())) {
      return Fail(LoadCode::kBadSchema, source_.name, "expected UTF-8 text, found other bytes");
    }
    PILLION_TRY(ReadHeader());
    PILLION_TRY(sink_.Begin(schema_));
    std::vector<CsvField> record;
    std::vector<Value> row(schema_.size());
    for (std::size_t row_number = 1; scanner_.Next(record); ++row_number) {
      const bool blank = record.size() == 1 && record[0].text.empty() && !record[0].quoted;
      if (blank && schema_.size() != 1) continue;
      if (record.size() != row.size()) {
        return FailAt(row_number, "", record.front().offset,
                      "expected " + std::to_string(row.size()) + " fields, found " +
                          std::to_string(record.size()));
      }
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (ReadCell(record[i], schema_[i].type, row[i])) continue;
        return FailAt(row_number, schema_[i].name, record[i].offset, std::move(what_));
      }
      PILLION_TRY(sink_.Add(row));
    }
    if (!scanner_.error().empty()) {
      return Fail(LoadCode::kBadSchema,
                  source_.name + ": offset " + std::to_string(scanner_.offset()), scanner_.error());
    }
    return sink_.End();
  }

 private:
  Result<void> ReadHeader() {
    std::vector<CsvField> header;
    if (!scanner_.Next(header)) {
      return Fail(LoadCode::kBadSchema, source_.name,
                  scanner_.error().empty() ? "expected a line of column names, found no text"
                                           : scanner_.error());
    }
    std::set<std::string_view> names;
    for (const CsvField& field : header) {
      if (!names.insert(field.text).second) {
        return Fail(LoadCode::kBadSchema, source_.name,
                    "the column " + Quote(field.text) + " stands twice in the header");
      }
      schema_.push_back({field.text, TypeOf(field.text)});
    }
    return {};
  }

  DataType TypeOf(std::string_view name) const {
    for (const Field& field : source_.columns) {
      if (field.name == name) return field.type;
    }
    return DataType::Scalar(BasicType::kString);
  }

  Result<void> FailAt(std::size_t row, std::string_view column, std::size_t offset,
                      std::string what) {
    return Fail(LoadCode::kBadSchema, PlaceOf(source_, row, column, offset), std::move(what));
  }

  bool Expecting(std::string_view expected, std::string_view found) {
    what_ = "expected " + std::string(expected) + ", found " + Quote(found);
    return false;
  }

  bool ReadCell(const CsvField& field, const DataType& type, Value& value) {
    value = Value::Null();
    const bool is_text = type.shape == Shape::kScalar && IsText(type.base);
    if (field.text.empty() && !(is_text && field.quoted)) {
      if (type.nullable) return true;
      if (!is_text) return Expecting(Describe(type), field.text);
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
    if constexpr (std::is_same_v<T, bool>) {
      x = text == "true";
      return x || text == "false" || Expecting("true or false", text);
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      return ReadText(text, base, x);
    } else if constexpr (std::is_floating_point_v<T>) {
      return ParseJavaNumber(text, &x) || Expecting("a number", text);
    } else {
      return ParseJavaNumber(text, &x) ||
             Expecting("an integer of " + std::to_string(8 * sizeof(T)) + " bits", text);
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

  const TableSource& source_;
  Arena& arena_;
  RowSink& sink_;
  CsvScanner scanner_;
  JsonReader json_;
  JsonCellReader cells_;
  Schema schema_;
  std::string what_;
};

class CsvWriter final : public RowSink {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}

  Result<void> Begin(const Schema& schema) override {
    schema_ = schema;
    std::string& text = out_.text();
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (i > 0) text += ',';
      AppendCsvField(schema[i].name, text);
    }
    text += "\r\n";
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    std::string& text = out_.text();
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (!row[i].null) AppendCell(row[i], schema_[i].type);
    }
    text += "\r\n";
    out_.FlushIfLarge();
    return {};
  }

  Result<void> End() override {
    out_.Flush();
    return {};
  }

 private:
  void AppendCell(const Value& value, const DataType& type) {
    cell_.clear();
    if (type.shape != Shape::kScalar) {
      JsonText json(cell_, JsonLayout::kCompact);
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
  Schema schema_;
  std::string cell_;
};

}  // namespace

Result<void> ReadCsv(const TableSource& source, Arena& arena, RowSink& sink) {
  return CsvReader(source, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeCsvWriter(std::ostream& out) {
  return std::make_unique<CsvWriter>(out);
}

}  // namespace pillion::internal
