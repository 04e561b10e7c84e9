#include "sidecar/frame/frame_format.h"

#include <array>
#include <utility>

#include "engine/bundle/quote.h"
#include "sidecar/frame/readers.h"

namespace pillion {
namespace {

constexpr std::array<std::pair<FrameFormat, std::string_view>, 5> kNames = {{
    {FrameFormat::kJson, "json"},
    {FrameFormat::kBinary, "binary"},
    {FrameFormat::kJsonLines, "jsonl"},
    {FrameFormat::kCsv, "csv"},
    {FrameFormat::kAvro, "avro"},
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

std::string_view Name(FrameFormat format) noexcept {
  return kNames[static_cast<std::size_t>(format)].second;
}

std::optional<FrameFormat> ParseFrameFormat(std::string_view name) noexcept {
  for (const auto& [format, spelling] : kNames) {
    if (spelling == name) return format;
  }
  return std::nullopt;
}

FrameFormat DetectFrameFormat(std::string_view text) noexcept {
  if (text.starts_with('\0')) return FrameFormat::kBinary;  // a schema of less than 16 MiB
  if (text.starts_with(std::string_view("Obj\1", 4))) return FrameFormat::kAvro;
  const std::string_view solid = SkipBlanks(text);
  if (!solid.starts_with('{')) return FrameFormat::kCsv;
  return BeginsLeapFrame(solid) ? FrameFormat::kJson : FrameFormat::kJsonLines;
}

Result<void> ReadRows(const FrameSource& source, Arena& arena, RowSink& sink) {
  switch (source.format) {
    case FrameFormat::kJson: return internal::ReadJsonFrame(source, arena, sink);
    case FrameFormat::kBinary: return internal::ReadBinaryFrame(source, arena, sink);
    case FrameFormat::kJsonLines: return internal::ReadJsonLines(source, arena, sink);
    case FrameFormat::kAvro: return internal::ReadAvroFrame(source, arena, sink);
    case FrameFormat::kCsv: break;
  }
  return internal::ReadCsv(source, arena, sink);
}

std::unique_ptr<RowSink> MakeFrameWriter(FrameFormat format, std::ostream& out) {
  switch (format) {
    case FrameFormat::kJson: return internal::MakeJsonFrameWriter(out);
    case FrameFormat::kBinary: return internal::MakeBinaryFrameWriter(out);
    case FrameFormat::kJsonLines: return internal::MakeJsonLinesWriter(out);
    case FrameFormat::kCsv: return internal::MakeCsvWriter(out);
    case FrameFormat::kAvro: break;
  }
  return nullptr;
}

namespace internal {

std::string PlaceOf(const FrameSource& source, std::size_t row, std::string_view column,
                    std::size_t offset) {
  std::string place = source.name + ": row " + std::to_string(row);
  if (!column.empty()) place.append(", column ").append(Quote(column));
  return place + ", offset " + std::to_string(offset);
}

}  // namespace internal

}  // namespace pillion
