#include "client/arrow/arrow_format.h"

#include <charconv>

namespace pillion {
namespace {

struct Known {
  std::string_view format;  // the whole of it; those that end in ':' have a width behind
  std::string_view name;
  ArrowKind kind;
};

constexpr Known kKnown[] = {
    {"n", "null", ArrowKind::kNull},
    {"b", "bool", ArrowKind::kBoolean},
    {"c", "int8", ArrowKind::kInt8},
    {"C", "uint8", ArrowKind::kUint8},
    {"s", "int16", ArrowKind::kInt16},
    {"S", "uint16", ArrowKind::kUint16},
    {"i", "int32", ArrowKind::kInt32},
    {"I", "uint32", ArrowKind::kUint32},
    {"l", "int64", ArrowKind::kInt64},
    {"L", "uint64", ArrowKind::kUint64},
    {"e", "float16", ArrowKind::kHalf},
    {"f", "float32", ArrowKind::kFloat},
    {"g", "float64", ArrowKind::kDouble},
    {"u", "utf8", ArrowKind::kText},
    {"z", "binary", ArrowKind::kText},
    {"U", "large_utf8", ArrowKind::kLargeText},
    {"Z", "large_binary", ArrowKind::kLargeText},
    {"vu", "utf8_view", ArrowKind::kTextView},
    {"vz", "binary_view", ArrowKind::kTextView},
    {"w:", "fixed_size_binary", ArrowKind::kFixedText},
    {"+l", "list", ArrowKind::kList},
    {"+L", "large_list", ArrowKind::kLargeList},
    {"+vl", "list_view", ArrowKind::kListView},
    {"+vL", "large_list_view", ArrowKind::kLargeListView},
    {"+w:", "fixed_size_list", ArrowKind::kFixedList},
    {"+s", "struct", ArrowKind::kStruct},
};
// By how they begin.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"d:", "decimal"},   {"tdD", "date32"},  {"tdm", "date64"},  {"tt", "time"},
    {"ts", "timestamp"}, {"tD", "duration"}, {"ti", "interval"}, {"+m", "map"},
    {"+r", "run_end"},   {"+ud:", "union"},  {"+us:", "union"}};

bool HasWidth(const Known& known) { return known.format.back() == ':'; }

bool Is(const Known& known, std::string_view format) {
  return HasWidth(known) ? format.starts_with(known.format) : format == known.format;
}

std::string_view NameOf(std::string_view format) {
  for (const Known& known : kKnown) {
    if (Is(known, format)) return known.name;
  }
  for (const auto& [begin, name] : kNames) {
    if (format.starts_with(begin)) return name;
  }
  return "a type";
}

constexpr int kDescribedDepthMax = 4;
constexpr std::size_t kDescribedBytesMax = 32;  // of a format, which may be anybody's

std::string Describe(const ArrowSchema& schema, int depth) {
  if (schema.format == nullptr) return "a type without a format";
  const std::string_view format(schema.format);
  std::string text;
  if (schema.dictionary != nullptr && depth < kDescribedDepthMax) {
    return "dictionary of " + Describe(*schema.dictionary, depth + 1);
  }
  text.append(NameOf(format)).append(" (\"").append(format.substr(0, kDescribedBytesMax));
  text += "\")";
  const bool list = IsList(ParseArrowFormat(format).kind);
  if (list && depth < kDescribedDepthMax && schema.n_children == 1 && schema.children != nullptr &&
      schema.children[0] != nullptr) {
    text.append(" of ").append(Describe(*schema.children[0], depth + 1));
  }
  return text;
}

}  // namespace

ArrowFormat ParseArrowFormat(std::string_view format) {
  for (const Known& known : kKnown) {
    if (!Is(known, format)) continue;
    ArrowFormat parsed{known.kind, 0};
    if (!HasWidth(known)) return parsed;
    const std::string_view width = format.substr(known.format.size());
    const char* const end = width.data() + width.size();
    const auto [stop, error] = std::from_chars(width.data(), end, parsed.width);
    const bool whole = error == std::errc() && stop == end;
    if (whole && parsed.width >= 0 && parsed.width <= INT32_MAX) return parsed;
  }
  return {};
}

std::string DescribeArrow(const ArrowSchema& schema) { return Describe(schema, 0); }

}  // namespace pillion
