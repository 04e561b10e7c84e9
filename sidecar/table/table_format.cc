#include "sidecar/table/table_format.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_reader.h"
#include "base/quote.h"
#include "sidecar/table/readers.h"

namespace pillion {
namespace {

constexpr std::array<std::pair<TableFormat, std::string_view>, 5> kNames = {{
    {TableFormat::kJson, "json"},
    {TableFormat::kBinary, "binary"},
    {TableFormat::kJsonLines, "jsonl"},
    {TableFormat::kCsv, "csv"},
    {TableFormat::kAvro, "avro"},
}};

constexpr std::size_t kSniffedBytes = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16 = "UTF-16 text; write it as UTF-8 (iconv -f UTF-16 -t UTF-8)";

// Files that people have in place of a table that is read.
struct ForeignForm {
  std::string_view magic;
  std::string_view name;
  std::string_view way_out;
};

constexpr char kByPandas[] = "write CSV or JSON lines, with pandas: to_csv(index=False)";
constexpr char kByScore[] = "`pillion score` takes such a file, from standard input with --from";
constexpr char kUnpack[] = "unpack it and give the file within, or pipe it";

constexpr ForeignForm kForeignForms[] = {
    {"PAR1", "a Parquet file", kByScore},
    {"ARROW1", "an Arrow (Feather) file", kByScore},
    {{"\xff\xff\xff\xff", 4}, "an Arrow stream", kByScore},
    {"ORC", "an ORC file", kByPandas},
    {"\x89HDF", "an HDF5 file", kByPandas},
    {"\x93NUMPY", "a NumPy array", kByPandas},
    {"SQLite format 3", "a SQLite database", kByPandas},
    {"\xd0\xcf\x11\xe0", "an Excel workbook (xls)", "save it as CSV UTF-8"},
    {"PK\x03\x04", "a zip file, such as an Excel workbook (xlsx) or a bundle",
     "save a workbook as CSV UTF-8, unzip anything else"},
    {"\x80\x02", "a Python pickle", kByPandas},
    {"\x80\x03", "a Python pickle", kByPandas},
    {"\x80\x04", "a Python pickle", kByPandas},
    {"\x80\x05", "a Python pickle", kByPandas},
    {"BZh", "compressed with bzip2", kUnpack},
    {"\xfd"
     "7zXZ",
     "compressed with xz", kUnpack},
    {"\x04\x22\x4d\x18", "compressed with lz4", kUnpack},
    {"\xff\xfe", "UTF-16 text", "write it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
    {"\xfe\xff", "UTF-16 text", "write it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
    {"<", "HTML or XML", "give a table, such as CSV or JSON lines"},
};

bool IsWord(std::string_view magic) { return magic.front() >= 'A' && magic.front() <= 'Z'; }

bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\n';
  });
}

std::string_view WithoutMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::string_view SkipBlanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// Whether the object that `text` begins with starts as a leap frame does: {"rows": [ or
// {"schema": {.
bool BeginsLeapFrame(std::string_view text) {
  text = SkipBlanks(text.substr(1));
  for (const auto& [key, opening] : {std::pair("\"rows\"", '['), std::pair("\"schema\"", '{')}) {
    if (!text.starts_with(key)) continue;
    std::string_view rest = SkipBlanks(text.substr(std::string_view(key).size()));
    if (!rest.starts_with(':')) continue;
    rest = SkipBlanks(rest.substr(1));
    if (rest.starts_with(opening)) return true;
  }
  return false;
}

}  // namespace

std::string_view Name(TableFormat format) noexcept {
  return kNames[static_cast<std::size_t>(format)].second;
}

std::optional<TableFormat> ParseTableFormat(std::string_view name) noexcept {
  for (const auto& [format, spelling] : kNames) {
    if (spelling == name) return format;
  }
  return std::nullopt;
}

TableFormat DetectTableFormat(std::string_view text) noexcept {
  if (text.starts_with('\0')) return TableFormat::kBinary;  // a schema of less than 16 MiB
  if (text.starts_with(std::string_view("Obj\1", 4))) return TableFormat::kAvro;
  const std::string_view solid = SkipBlanks(WithoutMark(text));
  // No name of a column begins so, but "[" alone is one.
  if (solid.starts_with('[') && solid.find_first_of("{[]\"", 1) != std::string_view::npos) {
    return TableFormat::kJsonLines;
  }
  if (!solid.starts_with('{')) return TableFormat::kCsv;
  return BeginsLeapFrame(solid) ? TableFormat::kJson : TableFormat::kJsonLines;
}

Result<TableFormat> DetectTableFormat(TextInput& input, const std::string& name) {
  for (;;) {
    const std::string_view solid = SkipBlanks(WithoutMark(input.rest()));
    // A line that says something, or enough of a long one.
    const std::size_t end = solid.find('\n');
    if (input.rest().size() >= kSniffedBytes) break;
    if (end != std::string_view::npos && solid.find_first_not_of("{[ \t\r\n") < end) break;
    bool more = false;
    PILLION_ASSIGN(more, input.More(kRowBytesMax, "blank text"));
    if (!more) break;
  }
  for (const ForeignForm& form : kForeignForms) {
    if (!input.rest().starts_with(form.magic)) continue;
    // A name of a column may begin as one of them.
    if (IsWord(form.magic) && !HasControls(input.rest().substr(0, kSniffedBytes))) continue;
    return Fail(
        LoadCode::kBadSchema, name,
        "is " + std::string(form.name) + ", which is not read here; " + std::string(form.way_out));
  }
  const std::string_view text = input.rest();
  if (text.size() >= 4 && text[1] == '\0' && text[3] == '\0' && text[0] != '\0') {
    return Fail(LoadCode::kBadSchema, name, "is " + std::string(kUtf16));
  }
  return DetectTableFormat(text);
}

Result<void> ReadRows(const TableSource& source, Arena& arena, RowSink& sink) {
  TextInput input(source.text);
  return ReadRows(source, input, arena, sink);
}

Result<void> ReadRows(const TableSource& source, TextInput& input, Arena& arena, RowSink& sink) {
  if (source.format == TableFormat::kJsonLines || source.format == TableFormat::kCsv) {
    input.set_before_wait([&sink] { return sink.Flush(); });
    const Result<void> read = source.format == TableFormat::kCsv
                                  ? internal::ReadCsv(source, input, arena, sink)
                                  : internal::ReadJsonRows(source, input, arena, sink);
    input.set_before_wait({});
    return read;
  }
  for (bool more = true; more;) {
    PILLION_ASSIGN(more, input.More(kDocumentBytesMax, "a document"));
  }
  TableSource whole = source;
  whole.text = input.rest();
  switch (source.format) {
    case TableFormat::kBinary: return internal::ReadLeapBinary(whole, arena, sink);
    case TableFormat::kAvro: return internal::ReadLeapAvro(whole, arena, sink);
    default: return internal::ReadLeapJson(whole, arena, sink);
  }
}

std::unique_ptr<RowSink> MakeTableWriter(TableFormat format, std::ostream& out) {
  switch (format) {
    case TableFormat::kJson: return internal::MakeLeapJsonWriter(out);
    case TableFormat::kBinary: return internal::MakeLeapBinaryWriter(out);
    case TableFormat::kJsonLines: return internal::MakeJsonLinesWriter(out);
    case TableFormat::kCsv: return internal::MakeCsvWriter(out);
    case TableFormat::kAvro: break;
  }
  return nullptr;
}

namespace internal {

std::string PlaceOf(const TableSource& source, std::size_t row, std::string_view column,
                    std::size_t offset) {
  return PlaceOfRow(source, row, 0, column) + ", offset " + std::to_string(offset);
}

std::string PlaceOfRow(const TableSource& source, std::uint64_t row, std::uint64_t line,
                       std::string_view column) {
  std::string place = source.name + ": row " + std::to_string(row);
  if (!column.empty()) place.append(", column ").append(Quote(column));
  if (line != 0) place.append(", line ").append(std::to_string(line));
  return place;
}

std::string PlainText(std::string_view json) {
  if (!json.starts_with('"')) return std::string(json);
  JsonReader reader("");
  std::string text;
  reader.ReadText(
      "{\"x\":" + std::string(json) + "}",
      [&](std::string_view, JsonReader::Value value) { return reader.Read(value, text); });
  return text;
}

}  // namespace internal

}  // namespace pillion
