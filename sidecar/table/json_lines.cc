// JSON lines: an object a line, with the column names as keys. Members that are no column are
// ignored, columns without a member are null.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/bundle/json_reader.h"
#include "engine/bundle/quote.h"
#include "sidecar/table/cell_json.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

class JsonLinesReader {
 public:
  JsonLinesReader(const TableSource& source, Arena& arena, RowSink& sink)
      : source_(source),
        sink_(sink),
        json_(source.name, Limits{}),
        cells_(json_, VectorForm::kArray, arena),
        row_(source.columns.size()),
        seen_(source.columns.size()) {
    for (std::size_t i = 0; i < row_.size(); ++i) places_.emplace(source.columns[i].name, i);
  }

  Result<void> Read() {
    PILLION_TRY(sink_.Begin(source_.columns));
    std::string_view rest = source_.text;
    for (; !rest.empty(); ++line_number_) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      line_begin_ = static_cast<std::size_t>(line.data() - source_.text.data());
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (!ReadLine(line)) return Failure();
      PILLION_TRY(sink_.Add(row_));
    }
    return sink_.End();
  }

 private:
  bool ReadLine(std::string_view line) {
    seen_.assign(row_.size(), false);
    column_ = std::nullopt;
    offset_ = 0;
    const bool read = json_.ReadText(line, [&](std::string_view name, JsonReader::Value value) {
      const auto it = places_.find(name);
      if (it == places_.end()) return json_.Skip(value);
      column_ = it->second;
      offset_ = json_.OffsetOf(value);
      if (!cells_.Read(value, source_.columns[*column_].type, row_[*column_])) return false;
      seen_[*column_] = true;
      column_ = std::nullopt;
      return true;
    });
    return read && FillMissing();
  }

  bool FillMissing() {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (seen_[i]) continue;
      if (!source_.columns[i].type.nullable) {
        return json_.Fail("expected the member " + Quote(source_.columns[i].name) + ", found none");
      }
      row_[i] = Value::Null();
    }
    return true;
  }

  Result<void> Failure() {
    const std::string_view column =
        column_ ? std::string_view(source_.columns[*column_].name) : std::string_view();
    LoadError error = json_.error();
    error.problems.front().where = PlaceOf(source_, line_number_, column, line_begin_ + offset_);
    return tl::unexpected(std::move(error));
  }

  const TableSource& source_;
  RowSink& sink_;
  JsonReader json_;
  JsonCellReader cells_;
  std::vector<Value> row_;
  std::vector<bool> seen_;
  std::map<std::string_view, std::size_t> places_;
  std::size_t line_number_ = 1;
  std::size_t line_begin_ = 0;
  std::optional<std::size_t> column_;
  std::size_t offset_ = 0;  // in the line
};

class JsonLinesWriter final : public RowSink {
 public:
  explicit JsonLinesWriter(std::ostream& out)
      : out_(out), json_(out_.text(), JsonLayout::kCompact) {}

  Result<void> Begin(const Schema& schema) override {
    schema_ = schema;
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    json_.BeginObject();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json_.Key(schema_[i].name);
      WriteCellJson(row[i], schema_[i].type, VectorForm::kArray, json_);
    }
    json_.EndObject();
    out_.text() += '\n';
    out_.FlushIfLarge();
    return {};
  }

  Result<void> End() override {
    out_.Flush();
    return {};
  }

 private:
  BufferedText out_;
  JsonText json_;
  Schema schema_;
};

}  // namespace

Result<void> ReadJsonLines(const TableSource& source, Arena& arena, RowSink& sink) {
  return JsonLinesReader(source, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeJsonLinesWriter(std::ostream& out) {
  return std::make_unique<JsonLinesWriter>(out);
}

}  // namespace pillion::internal
