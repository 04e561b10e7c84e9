// MLeap's leap frame as JSON. The schema may stand behind the rows (MLeap's own writer puts it
// there); then the text is read twice.
#include <algorithm>
#include <optional>
#include <string>

#include "base/json_reader.h"
#include "sidecar/table/cell_json_reader.h"
#include "sidecar/table/cell_json_writer.h"
#include "sidecar/table/json_bodies.h"
#include "sidecar/table/json_rows.h"
#include "sidecar/table/leap_schema.h"
#include "sidecar/table/leap_schema_reader.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

class LeapJsonReader {
 public:
  LeapJsonReader(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source),
        arena_(arena),
        sink_(sink),
        json_(source.name),
        cells_(json_, CellRules::kDeclared, arena) {}

  Result<void> Read() {
    const std::string_view text = Trimmed(source_.text);
    text_begin_ = static_cast<std::size_t>(text.data() - source_.text.data());
    const bool read = json_.ReadText(text, [&](std::string_view name, JsonReader::Value value) {
      if (name == "schema" && !rows_read_) return ReadSchema(value);
      if (name != "rows") return json_.Skip(value);
      rows_found_ = true;
      return schema_ ? ReadRows(value) : json_.Skip(value);
    });
    if (!rows_found_) {
      bool is_body = false;
      PILLION_ASSIGN(is_body, ReadBody(text));
      if (is_body) return {};
    }
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

  // Other documents that begin with a schema. False: nothing was read.
  Result<bool> ReadBody(std::string_view text) {
    JsonRows rows(source_, arena_, sink_);
    bool is_body = false;
    PILLION_ASSIGN(is_body, ReadJsonBody(text, rows));
    if (is_body) PILLION_TRY(rows.End());
    return is_body;
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
    std::optional<Problem> problem;
    const bool read = json_.ReadArray(json, [&](JsonReader::Value cell) {
      if (column_ >= row_.size()) return json_.Skip(cell);
      offset_ = json_.OffsetOf(cell);
      const std::uint32_t depth = json_.depth();
      if (!cells_.Read(cell, (*schema_)[column_].type, row_[column_]) && !GoOn(depth, problem)) {
        return false;
      }
      ++column_;
      return true;
    });
    if (!read) return false;
    if (column_ < row_.size()) {
      const std::uint32_t depth = json_.depth();
      json_.Fail("expected " + std::to_string(row_.size()) + " values, found " +
                 std::to_string(column_));
      if (!GoOn(depth, problem)) return false;
      std::fill(row_.begin() + static_cast<std::ptrdiff_t>(column_), row_.end(), Value::Null());
    }
    return Pass(problem ? sink_.AddUnreadable(row_, *problem, "") : sink_.Add(row_));
  }

  // Behind a cell that cannot be read, which is null then.
  bool GoOn(std::uint32_t depth, std::optional<Problem>& problem) {
    if (!source_.keep_going) return false;
    std::string what = json_.error().problems.front().what;
    if (!json_.Recover(depth)) return false;
    if (column_ < row_.size()) row_[column_] = Value::Null();
    if (!problem) problem = {LoadCode::kBadSchema, Place(), std::move(what)};
    return true;
  }

  std::string Place() const {
    const std::string_view column =
        column_ < row_.size() ? std::string_view((*schema_)[column_].name) : std::string_view();
    return PlaceOf(source_, row_number_, column, text_begin_ + offset_);
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
    if (row_number_ > 0) error.problems.front().where = Place();
    return tl::unexpected(std::move(error));
  }

  const TableSource& source_;
  Arena& arena_;
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
  explicit LeapJsonWriter(std::ostream& out) : out_(out), json_(out_.text(), JsonStyle::kPretty) {}

  Result<void> Begin(const TableHead& head) override {
    head_ = head;
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
      if (head_.IsRawJson(i) && !row[i].null) {
        json_.String(PlainText(row[i].text));
      } else {
        WriteCellJson(row[i], head_.columns[i].type, VectorForm::kObject, json_);
      }
    }
    json_.EndArray();
    out_.FlushIfLarge();
    return {};
  }

  Result<void> End() override {
    json_.EndArray();
    json_.Key("schema");
    WriteSchemaJson(head_.columns, json_);
    json_.EndObject();
    out_.text() += '\n';
    out_.Flush();
    return {};
  }

 private:
  BufferedText out_;
  JsonText json_;
  TableHead head_;
};

}  // namespace

Result<void> ReadLeapJson(const TableSource& source, Arena& arena, RowSink& sink) {
  return LeapJsonReader(source, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeLeapJsonWriter(std::ostream& out) {
  return std::make_unique<LeapJsonWriter>(out);
}

}  // namespace pillion::internal
