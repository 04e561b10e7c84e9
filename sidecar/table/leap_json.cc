// MLeap's leap frame as JSON. The schema may stand behind the rows (MLeap's own writer puts it
// there); then the text is read twice.
#include <optional>
#include <string>

#include "engine/bundle/json_reader.h"
#include "sidecar/table/cell_json.h"
#include "sidecar/table/leap_schema.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

class LeapJsonReader {
 public:
  LeapJsonReader(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source),
        sink_(sink),
        json_(source.name, Limits{}),
        cells_(json_, VectorForm::kObject, arena) {}

  Result<void> Read() {
    const std::string_view text = Trimmed(source_.text);
    text_begin_ = static_cast<std::size_t>(text.data() - source_.text.data());
    const bool read = json_.ReadText(text, [&](std::string_view name, JsonReader::Value value) {
      if (name == "schema" && !rows_read_) return ReadSchema(value);
      if (name != "rows") return json_.Skip(value);
      rows_found_ = true;
      return schema_ ? ReadRows(value) : json_.Skip(value);
    });
    if (!read) return Failure();
    if (!schema_ || !rows_found_) {
      return Fail(LoadCode::kBadSchema, source_.name,
                  std::string("expected the member \"") + (schema_ ? "rows" : "schema") +
                      "\" of a leap frame, found none");
    }
    if (!rows_read_) {
      const bool reread = json_.ReadText(text, [&](std::string_view name, JsonReader::Value value) {
        return name == "rows" ? ReadRows(value) : json_.Skip(value);
      });
      if (!reread) return Failure();
    }
    return sink_.End();
  }

 private:
  // MLeap drops what is no more than a blank at either end.
  static std::string_view Trimmed(std::string_view text) {
    const auto solid = [](char c) { return static_cast<unsigned char>(c) > ' '; };
    while (!text.empty() && !solid(text.front())) text.remove_prefix(1);
    while (!text.empty() && !solid(text.back())) text.remove_suffix(1);
    return text;
  }

  bool ReadSchema(JsonReader::Value value) {
    return ReadSchemaJson(json_, value, schema_.emplace());
  }

  bool ReadRows(JsonReader::Value value) {
    if (rows_read_) return json_.Fail("the member \"rows\" stands twice");
    rows_read_ = true;
    if (!Pass(sink_.Begin(*schema_))) return false;
    row_.resize(schema_->size());
    if (!json_.ReadArray(value, [&](JsonReader::Value row) { return ReadRow(row); })) return false;
    row_number_ = 0;
    return true;
  }

  bool ReadRow(JsonReader::Value json) {
    ++row_number_;
    column_ = 0;
    offset_ = json_.OffsetOf(json);
    const bool read = json_.ReadArray(json, [&](JsonReader::Value cell) {
      if (column_ >= row_.size()) return json_.Skip(cell);
      offset_ = json_.OffsetOf(cell);
      if (!cells_.Read(cell, (*schema_)[column_].type, row_[column_])) return false;
      ++column_;
      return true;
    });
    if (!read) return false;
    if (column_ < row_.size()) {
      return json_.Fail("expected " + std::to_string(row_.size()) + " values, found " +
                        std::to_string(column_));
    }
    return Pass(sink_.Add(row_));
  }

  // Keeps a sink's error.
  bool Pass(Result<void> result) {
    if (result) return true;
    sink_error_ = std::move(result).error();
    return false;
  }

  Result<void> Failure() {
    if (sink_error_) return tl::unexpected(*std::move(sink_error_));
    LoadError error = json_.error();
    if (row_number_ > 0) {
      const std::string_view column =
          column_ < row_.size() ? std::string_view((*schema_)[column_].name) : std::string_view();
      error.problems.front().where = PlaceOf(source_, row_number_, column, text_begin_ + offset_);
    }
    return tl::unexpected(std::move(error));
  }

  const TableSource& source_;
  RowSink& sink_;
  JsonReader json_;
  JsonCellReader cells_;
  std::optional<Schema> schema_;
  std::vector<Value> row_;
  bool rows_found_ = false;
  bool rows_read_ = false;
  std::size_t text_begin_ = 0;
  std::size_t row_number_ = 0;  // the row being read, from 1
  std::size_t column_ = 0;
  std::size_t offset_ = 0;
  std::optional<LoadError> sink_error_;
};

// {"rows": […], "schema": …}, laid out as MLeap does.
class LeapJsonWriter final : public RowSink {
 public:
  explicit LeapJsonWriter(std::ostream& out) : out_(out), json_(out_.text(), JsonLayout::kPretty) {}

  Result<void> Begin(const Schema& schema) override {
    schema_ = schema;
    json_.BeginObject();
    json_.Key("rows");
    json_.BeginArray();
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    json_.Element();
    json_.BeginArray();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json_.Element();
      WriteCellJson(row[i], schema_[i].type, VectorForm::kObject, json_);
    }
    json_.EndArray();
    out_.FlushIfLarge();
    return {};
  }

  Result<void> End() override {
    json_.EndArray();
    json_.Key("schema");
    WriteSchemaJson(schema_, json_);
    json_.EndObject();
    out_.text() += '\n';
    out_.Flush();
    return {};
  }

 private:
  BufferedText out_;
  JsonText json_;
  Schema schema_;
};

}  // namespace

Result<void> ReadLeapJson(const TableSource& source, Arena& arena, RowSink& sink) {
  return LeapJsonReader(source, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeLeapJsonWriter(std::ostream& out) {
  return std::make_unique<LeapJsonWriter>(out);
}

}  // namespace pillion::internal
