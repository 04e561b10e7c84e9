#include "sidecar/scoring/row_caster.h"

#include <utility>

#include "base/quote.h"

namespace pillion {
namespace {

ScoreCode RunCast(const Kernel& cast, const Value& from, Arena& arena, Value* to) {
  Value registers[2] = {from, Value::Null()};
  constexpr std::uint32_t kSlots[2] = {0, 1};
  Arguments arguments(registers, kSlots, kSlots + 1, &arena);
  const ScoreCode code = cast.Run(arguments);
  *to = registers[1];
  return code;
}

}  // namespace

std::string PlaceInTable(const std::string& name, std::uint64_t row_number,
                         std::string_view column) {
  std::string place = name + ": row " + std::to_string(row_number);
  if (!column.empty()) place.append(", column ").append(Quote(column));
  return place;
}

Result<RowCaster> RowCaster::Make(const std::string& name, const Schema& given,
                                  const ColumnIndex& index, const Schema& wanted) {
  RowCaster caster(name);
  for (const Field& field : wanted) {
    Feed feed{field.name, {}, index.Find(given, field.name), nullptr};
    if (feed.column) {
      feed.type = given[*feed.column].type;
      if (NeedsCast(feed.type, field.type)) {
        feed.cast = MakeCast(feed.type, field.type);
        if (feed.cast == nullptr) {
          return Fail(LoadCode::kBadSchema, name,
                      "the column " + Quote(field.name) + " is " + Describe(feed.type) +
                          ", expected " + Describe(field.type));
        }
      }
    }
    caster.feeds_.push_back(std::move(feed));
  }
  return caster;
}

std::optional<BadRow> RowCaster::Cast(std::span<const Value> row, std::uint64_t row_number,
                                      Arena& arena, std::vector<Value>& values) const {
  const std::size_t begin = values.size();
  for (const Feed& feed : feeds_) {
    Value& value = values.emplace_back(feed.column ? row[*feed.column] : Value::Null());
    if (feed.cast == nullptr) continue;
    const Value from = value;
    const ScoreCode code = RunCast(*feed.cast, from, arena, &value);
    if (code == ScoreCode::kOk) continue;
    values.resize(begin);
    return Refusal(feed, row_number, code, from);
  }
  return std::nullopt;
}

BadRow RowCaster::Refusal(const Feed& feed, std::uint64_t row_number, ScoreCode code,
                          const Value& from) const {
  std::string what(Describe(code));
  if (feed.type.shape == Shape::kScalar && IsText(feed.type.base)) what += ": " + Quote(from.text);
  return {row_number,
          code,
          feed.name,
          {LoadCode::kBadSchema, PlaceInTable(name_, row_number, feed.name), std::move(what)}};
}

}  // namespace pillion
