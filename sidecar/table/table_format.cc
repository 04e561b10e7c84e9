#include "sidecar/table/table_format.h"

#include <array>
#include <utility>

#include "engine/bundle/quote.h"
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
  const std::string_view solid = SkipBlanks(text);
  if (!solid.starts_with('{')) return TableFormat::kCsv;
  return BeginsLeapFrame(solid) ? TableFormat::kJson : TableFormat::kJsonLines;
}

Result<void> ReadRows(const TableSource& source, Arena& arena, RowSink& sink) {
  switch (source.format) {
    case TableFormat::kJson: return internal::ReadLeapJson(source, arena, sink);
    case TableFormat::kBinary: return internal::ReadLeapBinary(source, arena, sink);
    case TableFormat::kJsonLines: return internal::ReadJsonLines(source, arena, sink);
    case TableFormat::kAvro: return internal::ReadLeapAvro(source, arena, sink);
    case TableFormat::kCsv: break;
  }
  return internal::ReadCsv(source, arena, sink);
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
  std::string place = source.name + ": row " + std::to_string(row);
  if (!column.empty()) place.append(", column ").append(Quote(column));
  return place + ", offset " + std::to_string(offset);
}

}  // namespace internal

}  // namespace pillion
