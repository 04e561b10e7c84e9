// JSON rows: an object a line, objects over several lines, an array of objects, or one of the
// documents of json_bodies.h. And JSON lines, as they are written.
#include <algorithm>
#include <string>
#include <vector>

#include "base/quote.h"
#include "sidecar/table/cell_json_writer.h"
#include "sidecar/table/json_bodies.h"
#include "sidecar/table/json_rows.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

// Finds where an object or array ends, in a text that grows.
class JsonEnd {
 public:
  // Goes on where it stopped. Whether the end is in `text`: then end() is behind it.
  bool Find(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      const char c = text[at_];
      if (in_string_) {
        if (c == '\\') {
          ++at_;
        } else if (c == '"') {
          in_string_ = false;
        }
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if ((c == '}' || c == ']') && --depth_ <= 0) {
        ++at_;
        return true;
      }
    }
    return false;
  }
  std::size_t end() const { return at_; }

 private:
  std::size_t at_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
};

class JsonRowsReader {
 public:
  JsonRowsReader(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink)
      : source_(source), input_(input), rows_(source, arena, sink) {}

  Result<void> Read() {
    bool more = false;
    PILLION_ASSIGN(more, SkipBlanks());
    if (input_.rest().starts_with(kByteOrderMark)) {
      input_.Consume(kByteOrderMark.size());
      PILLION_ASSIGN(more, SkipBlanks());
    }
    if (!more) return rows_.End();
    if (input_.rest().front() == '[') {
      PILLION_TRY(ReadArray());
    } else {
      PILLION_TRY(ReadObjects());
    }
    return rows_.End();
  }

 private:
  // Whether there is anything else.
  Result<bool> SkipBlanks() {
    for (;;) {
      const std::string_view text = input_.rest();
      const std::size_t solid = std::min(text.find_first_not_of(kBlanks), text.size());
      Consume(solid);
      if (solid < text.size()) return true;
      bool more = false;
      PILLION_ASSIGN(more, input_.More(kRowBytesMax, "a row"));
      if (!more) return false;
    }
  }

  void Consume(std::size_t bytes) {
    const std::string_view gone = input_.rest().substr(0, bytes);
    line_ += static_cast<std::uint64_t>(std::count(gone.begin(), gone.end(), '\n'));
    input_.Consume(bytes);
  }

  // The first object tells whether lines are rows: a line that holds a whole one is. Without its
  // end a document cannot be told from a row, so that it may be long.
  Result<void> ReadObjects() {
    JsonEnd end;
    while (!end.Find(input_.rest())) {
      bool more = false;
      if (LineOf(input_.rest()).size() < input_.rest().size()) break;  // over more than a line
      PILLION_ASSIGN(more, input_.More(kDocumentBytesMax, "the first line"));
      if (!more) break;
    }
    const std::string_view line = LineOf(input_.rest());
    // Over several lines no other object begins at the beginning of one.
    const bool lines = JsonEnd().Find(line) || !line.starts_with('{') ||
                       input_.rest().substr(line.size()).starts_with("\n{");
    return lines ? ReadLines() : ReadValues();
  }

  static std::string_view LineOf(std::string_view text) { return text.substr(0, text.find('\n')); }

  Result<void> ReadLines() {
    for (bool first = true;; first = false) {
      bool more = false;
      PILLION_ASSIGN(more, SkipBlanks());
      if (!more) return {};
      std::size_t end = 0;
      std::size_t searched = 0;
      while ((end = input_.rest().find('\n', searched)) == std::string_view::npos && more) {
        searched = input_.rest().size();
        PILLION_ASSIGN(more, input_.More(first ? kDocumentBytesMax : kRowBytesMax, "a line"));
      }
      end = std::min(end, input_.rest().size());
      bool is_body = false;
      PILLION_ASSIGN(is_body, Add(input_.rest().substr(0, end), first));
      Consume(end);
      if (is_body) return ExpectEnd();
    }
  }

  Result<void> ReadValues() {
    for (bool first = true;; first = false) {
      bool more = false;
      PILLION_ASSIGN(more, SkipBlanks());
      if (!more) return {};
      bool is_body = false;
      PILLION_ASSIGN(is_body, ReadValue(first));
      if (is_body) return ExpectEnd();
    }
  }

  // An object, at which the input stands. Whether it was a document.
  Result<bool> ReadValue(bool first) {
    if (input_.rest().front() != '{') return Unexpected("a JSON object");
    JsonEnd end;
    while (!end.Find(input_.rest())) {
      bool more = false;
      PILLION_ASSIGN(more, input_.More(first ? kDocumentBytesMax : kRowBytesMax, "a JSON object"));
      if (!more) {
        return Fail(LoadCode::kBadSchema, Place(), "a JSON object that begins here does not end");
      }
    }
    bool is_body = false;
    PILLION_ASSIGN(is_body, Add(input_.rest().substr(0, end.end()), first));
    Consume(end.end());
    return is_body;
  }

  Result<void> ReadArray() {
    Consume(1);
    for (bool first = true;; first = false) {
      PILLION_TRY(ExpectMore());
      if (input_.rest().front() == ']' && first) break;
      if (input_.rest().front() == '[') {
        return Fail(LoadCode::kBadSchema, Place(),
                    "an array of arrays, whose values have no names; write an object a row, or "
                    "pandas' split form");
      }
      PILLION_TRY(ReadValue(false));
      PILLION_TRY(ExpectMore());
      if (input_.rest().front() == ']') break;
      if (input_.rest().front() != ',') return Unexpected("a comma or ]");
      Consume(1);
    }
    Consume(1);
    return ExpectEnd();
  }

  Result<bool> Add(std::string_view text, bool first) {
    if (first) {
      bool is_body = false;
      PILLION_ASSIGN(is_body, ReadJsonBody(text, rows_));
      if (is_body) return true;
    }
    PILLION_TRY(rows_.AddText(text, line_));
    return false;
  }

  std::string Place() const { return source_.name + ": line " + std::to_string(line_); }

  tl::unexpected<LoadError> Unexpected(std::string_view expected) const {
    return Fail(LoadCode::kBadSchema, Place(),
                "expected " + std::string(expected) + ", found " +
                    Quote(LineOf(input_.rest().substr(0, 200))));
  }

  Result<void> ExpectMore() {
    bool more = false;
    PILLION_ASSIGN(more, SkipBlanks());
    if (!more) return Fail(LoadCode::kBadSchema, Place(), "the array does not end");
    return {};
  }

  Result<void> ExpectEnd() {
    bool more = false;
    PILLION_ASSIGN(more, SkipBlanks());
    if (more) return Unexpected("the end of the document");
    return {};
  }

  const TableSource& source_;
  TextInput& input_;
  JsonRows rows_;
  std::uint64_t line_ = 1;
};

class JsonLinesWriter final : public RowSink {
 public:
  explicit JsonLinesWriter(std::ostream& out)
      : out_(out), json_(out_.text(), JsonStyle::kCompact, JsonNonFinite::kNamed) {}

  Result<void> Begin(const TableHead& head) override {
    head_ = head;
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    json_.BeginObject();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json_.Key(head_.columns[i].name);
      if (head_.IsRawJson(i) && !row[i].null) {
        json_.Raw(row[i].text);
      } else {
        WriteCellJson(row[i], head_.columns[i].type, VectorForm::kArray, json_);
      }
    }
    json_.EndObject();
    out_.text() += '\n';
    out_.FlushIfLarge();
    return {};
  }

  Result<void> Flush() override {
    out_.Flush();
    return {};
  }
  Result<void> End() override { return Flush(); }

 private:
  BufferedText out_;
  JsonText json_;
  TableHead head_;
};

}  // namespace

Result<void> ReadJsonRows(const TableSource& source, TextInput& input, Arena& arena,
                          RowSink& sink) {
  return JsonRowsReader(source, input, arena, sink).Read();
}

std::unique_ptr<RowSink> MakeJsonLinesWriter(std::ostream& out) {
  return std::make_unique<JsonLinesWriter>(out);
}

}  // namespace pillion::internal
