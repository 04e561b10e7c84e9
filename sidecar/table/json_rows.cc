#include "sidecar/table/json_rows.h"

#include <algorithm>
#include <utility>

#include "base/json_number.h"
#include "base/quote.h"
#include "base/suggest.h"

namespace pillion::internal {
namespace {

constexpr std::size_t kLateMembersMax = 16;

bool IsNonFinite(std::string_view token) {
  return token == "NaN" || token == "Infinity" || token == "-Infinity";
}

// Whether a value that stays text is JSON, but for numbers that are not finite.
bool Check(JsonReader& json, JsonReader::Value value) {
  switch (JsonReader::Token(value).front()) {
    case '{':
      return json.ReadObject(
          value, [&](std::string_view, JsonReader::Value item) { return Check(json, item); });
    case '[':
      return json.ReadArray(value, [&](JsonReader::Value item) { return Check(json, item); });
    default: return IsNonFinite(JsonReader::Token(value)) || json.Skip(value);
  }
}

}  // namespace

JsonRows::JsonRows(const TableSource& source, Arena& arena, RowSink& sink)
    : source_(source),
      known_(source.columns),
      optional_(source.optional_columns.begin(), source.optional_columns.end()),
      arena_(arena),
      sink_(sink),
      json_(source.name),
      raw_json_(source.name),
      cells_(json_, CellRules::kOwnType, arena) {
  if (source.other_columns)
    wanted_.insert(source.other_columns->begin(), source.other_columns->end());
}

void JsonRows::BeginRow(std::uint64_t line) {
  ++row_number_;
  line_ = line;
  problem_.reset();
  others_.clear();
  next_ = 0;
  seen_.assign(row_.size(), false);
}

Result<void> JsonRows::AddText(std::string_view text, std::uint64_t line) {
  BeginRow(line);
  const bool read = json_.ReadText(
      text, [&](std::string_view name, JsonReader::Value value) { return Member(name, value); });
  if (!read) {
    // What was read before is no row.
    return AddBroken(json_.error().problems.front().what, line);
  }
  return EndRow();
}

bool JsonRows::AddObject(JsonReader::Value object) {
  BeginRow(0);
  const bool read = json_.ReadObject(
      object, [&](std::string_view name, JsonReader::Value value) { return Member(name, value); });
  if (!read) return false;
  if (Result<void> added = EndRow(); !added) failure_ = std::move(added).error();
  return !failure_;
}

bool JsonRows::AddArray(JsonReader::Value array, const std::vector<std::string>& names) {
  BeginRow(0);
  std::size_t i = 0;
  const bool read = json_.ReadArray(array, [&](JsonReader::Value value) {
    if (i < names.size()) return Member(names[i++], value);
    ++i;
    return json_.Skip(value);
  });
  if (!read) return false;
  if (i != names.size()) {
    Refuse("", "expected " + std::to_string(names.size()) + " values, found " + std::to_string(i));
  }
  if (Result<void> added = EndRow(); !added) failure_ = std::move(added).error();
  return !failure_;
}

tl::unexpected<LoadError> JsonRows::Failure() {
  if (failure_) return tl::unexpected(*std::move(failure_));
  LoadError error = json_.error();
  if (row_number_ > 0) {
    error.problems.front().where = PlaceOfRow(source_, row_number_, line_, "");
  }
  return tl::unexpected(std::move(error));
}

std::optional<std::size_t> JsonRows::PlaceOf(std::string_view name) {
  if (next_ < row_.size() && head_.columns[next_].name == name) return next_;
  const auto it = places_.find(name);
  if (it != places_.end()) return it->second;
  return begun_ ? std::nullopt : AddColumn(name);
}

std::optional<std::size_t> JsonRows::AddColumn(std::string_view name) {
  const std::optional<std::uint32_t> known = known_.Find(source_.columns, name);
  const bool raw = !known;
  if (raw && source_.other_columns && !wanted_.contains(name)) return std::nullopt;
  const std::size_t place = row_.size();
  head_.columns.push_back(raw ? Field{std::string(name), DataType::Scalar(BasicType::kString)}
                              : source_.columns[*known]);
  head_.raw_json.push_back(raw);
  places_.emplace(name, place);
  row_.push_back(Value::Null());
  seen_.push_back(false);
  ever_seen_.push_back(false);
  return place;
}

// False: the text is broken.
bool JsonRows::Member(std::string_view name, JsonReader::Value value) {
  const std::optional<std::size_t> place = PlaceOf(name);
  if (!place) {
    others_.push_back(name);
    if (!begun_) {
      head_.unread.emplace_back(name);
    } else if (late_.size() < kLateMembersMax) {
      late_.try_emplace(std::string(name), row_number_);
    }
    return true;
  }
  next_ = *place + 1;
  Value& cell = row_[*place];
  const std::uint32_t depth = json_.depth();
  const bool read = seen_[*place]            ? json_.Fail("stands twice in the row")
                    : head_.raw_json[*place] ? ReadRaw(value, cell)
                                             : cells_.Read(value, head_.columns[*place].type, cell);
  seen_[*place] = true;
  ever_seen_[*place] = true;
  if (read) return true;
  std::string what = json_.error().problems.front().what;
  if (!json_.Recover(depth)) return false;
  cell = Value::Null();
  Refuse(name, std::move(what));
  return true;
}

bool JsonRows::ReadRaw(JsonReader::Value value, Value& cell) {
  cell = Value::Null();
  std::string_view text = JsonReader::Token(value);
  std::string line;
  if (text == "null") return true;
  if (text.starts_with('{') || text.starts_with('[')) {
    if (!json_.ReadRaw(value, text)) return false;
    const bool sound = raw_json_.ReadText(
        "{\"x\":" + std::string(text) + "}",
        [&](std::string_view, JsonReader::Value x) { return Check(raw_json_, x); });
    if (!sound) return json_.Fail(raw_json_.error().problems.front().what);
    line.resize(text.size() + simdjson::SIMDJSON_PADDING);
    std::size_t size = 0;
    if (simdjson::minify(text.data(), text.size(), line.data(), size) != simdjson::SUCCESS) {
      return json_.Fail("not valid JSON");
    }
    text = std::string_view(line.data(), size);
  } else if (!IsNonFinite(text) && !json_.Skip(value)) {
    return false;
  }
  char* kept = arena_.Allocate<char>(text.size());
  if (kept == nullptr) return json_.Fail("the row is too large", LoadCode::kOverLimit);
  std::copy(text.begin(), text.end(), kept);
  cell = Value::Text({kept, text.size()});
  return true;
}

void JsonRows::Refuse(std::string_view column, std::string what) {
  if (problem_) return;
  problem_ = {LoadCode::kBadSchema, PlaceOfRow(source_, row_number_, line_, column),
              std::move(what)};
  problem_column_ = column;
}

bool JsonRows::IsOptional(std::string_view name) const { return optional_.contains(name); }

// Columns that rows may leave out are the table's, even if the first row has left them out.
Result<void> JsonRows::BeginTable() {
  for (const Field& field : source_.columns) {
    const bool may_lack =
        field.type.nullable && (source_.missing_as_null || IsOptional(field.name));
    if (may_lack && !places_.contains(field.name)) AddColumn(field.name);
  }
  begun_ = true;
  PILLION_TRY(sink_.Begin(head_));
  if (held_back_.empty()) return {};
  const std::vector<Value> nulls(row_.size());
  for (const Problem& problem : held_back_) PILLION_TRY(sink_.AddUnreadable(nulls, problem, ""));
  return {};
}

void JsonRows::FillMissing() {
  for (std::size_t i = 0; i < row_.size(); ++i) {
    if (!seen_[i]) FillMissing(i);
  }
}

void JsonRows::FillMissing(std::size_t column) {
  const Field& field = head_.columns[column];
  row_[column] = Value::Null();
  if (head_.raw_json[column] || (source_.missing_as_null && field.type.nullable)) return;
  std::vector<std::string_view> others = others_;
  for (std::size_t i = 0; i < row_.size(); ++i) {
    if (seen_[i] && head_.raw_json[i]) others.emplace_back(head_.columns[i].name);
  }
  const std::string meant = DidYouMean(field.name, others);
  if (IsOptional(field.name)) {
    if (!meant.empty()) Refuse(field.name, "is absent, for which null would be taken" + meant);
    return;
  }
  std::string what = "is absent" + meant;
  if (meant.empty()) {
    what +=
        "; write null if it is unknown (models refuse that without an imputer; XGBoost's take NaN)";
  }
  if (const auto option = source_.option_names.missing_as_null;
      field.type.nullable && !option.empty()) {
    what.append(", or read absent members as null with ").append(option);
  }
  Refuse(field.name, what);
}

Result<void> JsonRows::EndRow() {
  if (!begun_) PILLION_TRY(BeginTable());
  seen_.resize(row_.size(), false);
  FillMissing();
  if (!problem_) return sink_.Add(row_);
  if (!source_.keep_going) return tl::unexpected(LoadError({*std::move(problem_)}));
  return sink_.AddUnreadable(row_, *problem_, problem_column_);
}

Result<void> JsonRows::AddBroken(std::string what, std::uint64_t line) {
  line_ = line;
  Problem problem{LoadCode::kBadSchema, PlaceOfRow(source_, row_number_, line_, ""),
                  std::move(what)};
  if (!source_.keep_going) return tl::unexpected(LoadError({std::move(problem)}));
  if (begun_) {
    std::fill(row_.begin(), row_.end(), Value::Null());
    return sink_.AddUnreadable(row_, problem, "");
  }
  // Its members say nothing about the table.
  head_ = {};
  places_.clear();
  row_.clear();
  seen_.clear();
  ever_seen_.clear();
  held_back_.push_back(std::move(problem));
  return {};
}

Result<void> JsonRows::End() {
  if (!begun_) {
    if (!held_back_.empty()) return tl::unexpected(LoadError(std::move(held_back_)));
    for (const Field& field : source_.columns) AddColumn(field.name);
    begun_ = true;
    PILLION_TRY(sink_.Begin(head_));
  }
  if (source_.note && row_number_ > 0) NoteEnd();
  return sink_.End();
}

void JsonRows::NoteEnd() {
  for (std::size_t i = 0; i < row_.size(); ++i) {
    if (ever_seen_[i]) continue;
    source_.note(source_.name + ": column " + Quote(head_.columns[i].name) +
                 " is absent in every row and was read as null");
  }
  if (source_.other_columns) return;
  for (const auto& [name, row] : late_) {
    source_.note(source_.name + ": column " + Quote(name) + ", first seen in row " +
                 std::to_string(row) + ", is not in the answers: the first row sets their columns");
  }
}

}  // namespace pillion::internal
