#include "client/arrow/input_columns.h"

#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/suggest.h"
#include "schemas/rows/number_cast.h"

namespace pillion {
namespace {

constexpr std::int64_t kRowsMax = std::numeric_limits<std::int32_t>::max();
// Of one value: no row has room for more, however little each takes.
constexpr std::int64_t kElementsMax = RowEncoder::kRowBytesMax;

Failure MakeFailure(ScoreCode code, std::string text) { return {code, std::move(text)}; }

Failure Blame(ScoreCode code, const RowLayout& layout, std::uint32_t column,
              const std::string& text) {
  const Field& field = layout.columns()[column];
  Failure failure =
      MakeFailure(code, "column \"" + field.name + "\" (" + Describe(field.type) + ") " + text);
  failure.column = static_cast<std::int32_t>(column);
  failure.column_name = field.name;
  return failure;
}

Failure Missing(const RowLayout& layout, std::uint32_t column, const ArrowSchema& schema) {
  std::vector<std::string_view> names;
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    if (schema.children[i]->name != nullptr) names.emplace_back(schema.children[i]->name);
  }
  return Blame(ScoreCode::kUnknownColumn, layout, column,
               "is missing: give it, if only as nulls (format \"n\"), or bind without it" +
                   DidYouMean(layout.columns()[column].name, names));
}

bool LeafFits(ArrowKind kind, BasicType base) {
  if (kind == ArrowKind::kNull) return true;
  if (IsText(base)) return IsText(kind);
  return base == BasicType::kBoolean ? kind == ArrowKind::kBoolean : IsNumber(kind);
}

// What is wanted instead; null: it fits.
const char* Wanted(const InputArray& array, const DataType& type) {
  const InputArray* values = &array.values();
  if (values->kind() == ArrowKind::kNull) return nullptr;
  if (type.shape == Shape::kScalar) {
    if (LeafFits(values->kind(), type.base)) return nullptr;
    if (IsText(type.base)) return "utf8 or binary";
    return type.base == BasicType::kBoolean ? "bool" : "an integer or a float";
  }
  int depth = 0;
  for (; values->elements() != nullptr; ++depth) values = &values->elements()->values();
  const bool deep_enough = type.shape == Shape::kList ? depth == 1 : depth >= 1;
  if (deep_enough && LeafFits(values->kind(), type.base)) return nullptr;
  if (IsText(type.base)) return "lists of utf8 or binary";
  return type.base == BasicType::kBoolean ? "lists of bool" : "lists of integers or floats";
}

template <typename T>
std::optional<T> Cast(const InputArray::Number& number) {
  using As = InputArray::Number::As;
  if (number.as == As::kReal) return CastNumber<T>(number.real);
  if (number.as == As::kSigned) return CastNumber<T>(number.integer);
  return std::nullopt;
}

}  // namespace

tl::expected<InputColumns, Failure> InputColumns::Make(const RowLayout& layout,
                                                       const ArrowSchema& schema,
                                                       const ArrowArray& rows) {
  InputColumns columns(layout);
  auto bound = columns.Bind(schema, rows);
  if (!bound) return tl::unexpected(std::move(bound).error());
  return columns;
}

tl::expected<void, Failure> InputColumns::Bind(const ArrowSchema& schema, const ArrowArray& rows) {
  const auto broken = [](const std::string& text) {
    return tl::unexpected(MakeFailure(ScoreCode::kMalformed, "the rows: " + text));
  };
  auto root = InputArray::Make(schema, rows, 0);
  if (!root) return broken(root.error());
  if (root->kind() != ArrowKind::kStruct) {
    return tl::unexpected(MakeFailure(
        ScoreCode::kWrongType, "the rows are given as " + DescribeArrow(schema) +
                                   ", and have to be a struct (\"+s\") with a child a column"));
  }
  root_ = *std::move(root);
  root_offset_ = rows.offset;
  if (row_count() > kRowsMax) {
    return tl::unexpected(MakeFailure(
        ScoreCode::kTooLarge, "there are " + std::to_string(row_count()) + " rows, and at most " +
                                  std::to_string(kRowsMax) + " go at a time: give them in parts"));
  }
  const std::int64_t count = schema.n_children;
  if (count < 0 || count != rows.n_children) {
    return broken("the schema has " + std::to_string(count) + " children, the array " +
                  std::to_string(rows.n_children));
  }
  if (count > 0 && (schema.children == nullptr || rows.children == nullptr)) {
    return broken("the children are missing");
  }
  for (std::int64_t i = 0; i < count; ++i) {
    if (schema.children[i] == nullptr || rows.children[i] == nullptr) {
      return broken("child " + std::to_string(i) + " is missing");
    }
  }
  std::vector<bool> found(layout_->size());
  for (std::int64_t i = 0; i < count; ++i) {
    const char* const name = schema.children[i]->name;
    const auto column = layout_->Find(name == nullptr ? "" : name);
    if (!column) continue;
    if (found[*column]) {
      return tl::unexpected(
          Blame(ScoreCode::kUnknownColumn, *layout_, *column, "is given twice: rename one"));
    }
    found[*column] = true;
    auto bound = BindColumn(*column, *schema.children[i], *rows.children[i]);
    if (!bound) return bound;
  }
  for (std::uint32_t column = 0; column < layout_->size(); ++column) {
    if (!found[column]) return tl::unexpected(Missing(*layout_, column, schema));
  }
  return {};
}

tl::expected<void, Failure> InputColumns::BindColumn(std::uint32_t column,
                                                     const ArrowSchema& schema,
                                                     const ArrowArray& array) {
  const std::string given = "is given as " + DescribeArrow(schema);
  auto read = InputArray::Make(schema, array, root_offset_ + row_count());
  if (!read) {
    return tl::unexpected(Blame(ScoreCode::kMalformed, *layout_, column,
                                given + ", which is broken: " + read.error()));
  }
  if (read->OnlyNulls(root_offset_, row_count())) return {};
  const DataType& type = layout_->columns()[column].type;
  if (type.shape == Shape::kMap) {
    return tl::unexpected(Blame(ScoreCode::kUnsupported, *layout_, column,
                                given + ", and a map cannot be given so: set it in rows"));
  }
  if (const char* wanted = Wanted(*read, type)) {
    return tl::unexpected(Blame(ScoreCode::kWrongType, *layout_, column,
                                given + ", and has to be " + wanted + ": cast it"));
  }
  columns_.push_back({column, *std::move(read)});
  return {};
}

RowEncoder::Fault InputColumns::Fill(std::int64_t row, RowEncoder* encoder) {
  encoder->Clear();
  InputArray::Place place;
  if (root_.Find(row, &place) != ScoreCode::kOk) return {};
  for (const Column& column : columns_) {
    const ScoreCode code = Set(column, root_offset_ + row, encoder);
    if (code != ScoreCode::kOk) return {code, column.column};
  }
  return {};
}

ScoreCode InputColumns::Set(const Column& column, std::int64_t index, RowEncoder* encoder) {
  InputArray::Place place;
  ScoreCode code = column.array.Find(index, &place);
  if (code == ScoreCode::kNullValue) return ScoreCode::kOk;  // columns are null to begin with
  if (code != ScoreCode::kOk) return code;
  const DataType& type = layout_->columns()[column.column].type;
  if (type.shape != Shape::kScalar) return SetElements(column, place, encoder);
  if (type.base == BasicType::kBoolean) {
    return encoder->SetBoolean(column.column, place.array->BooleanAt(place.index));
  }
  if (!IsText(type.base)) return SetNumber(column.column, place, encoder);
  std::string_view text;
  code = place.array->TextAt(place.index, &text);
  return code == ScoreCode::kOk ? encoder->SetText(column.column, text) : code;
}

ScoreCode InputColumns::SetNumber(std::uint32_t column, const InputArray::Place& place,
                                  RowEncoder* encoder) {
  using As = InputArray::Number::As;
  const InputArray::Number number = place.array->NumberAt(place.index);
  if (number.as == As::kReal) return encoder->SetDouble(column, number.real);
  if (number.as == As::kSigned) return encoder->SetLong(column, number.integer);
  return ScoreCode::kInvalidValue;
}

ScoreCode InputColumns::SetElements(const Column& column, const InputArray::Place& list,
                                    RowEncoder* encoder) {
  const DataType& type = layout_->columns()[column.column].type;
  values_.clear();
  texts_.clear();
  dimensions_.clear();
  visited_ = 0;
  in_place_ = {};
  const ScoreCode code = Gather(list, type.base, 0);
  if (code != ScoreCode::kOk) return code;
  const ElementsView elements = Gathered(type.base);
  if (type.shape == Shape::kList) return encoder->SetList(column.column, elements);
  // An empty list does not say how long the lists within it would be.
  const InputArray* values = list.array;
  for (std::size_t depth = 0; values->elements() != nullptr; ++depth) {
    if (depth == dimensions_.size()) dimensions_.push_back(0);
    values = &values->elements()->values();
  }
  return encoder->SetTensor(column.column, {elements, false, {}, dimensions_});
}

ElementsView InputColumns::Gathered(BasicType base) const {
  if (in_place_.data != nullptr) return in_place_;
  if (IsText(base)) return {base, texts_.data(), static_cast<std::uint32_t>(texts_.size())};
  return {base, values_.data(), static_cast<std::uint32_t>(values_.size() / ElementBytes(base))};
}

ScoreCode InputColumns::Gather(const InputArray::Place& list, BasicType base, std::size_t depth) {
  InputArray::Range range;
  ScoreCode code = list.array->RangeAt(list.index, &range);
  if (code != ScoreCode::kOk) return code;
  const std::int64_t count = range.end - range.begin;
  if (count > kElementsMax - visited_) return ScoreCode::kTooLarge;
  visited_ += count;
  if (dimensions_.size() == depth) {
    dimensions_.push_back(static_cast<std::int32_t>(count));
  } else if (dimensions_[depth] != count) {
    return ScoreCode::kBadShape;
  }
  const InputArray& elements = *list.array->elements();
  if (elements.values().elements() == nullptr) return GatherLeaves(elements, range, base);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    InputArray::Place inner;
    code = elements.Find(i, &inner);
    if (code == ScoreCode::kOk) code = Gather(inner, base, depth + 1);
    if (code != ScoreCode::kOk) return code;
  }
  return ScoreCode::kOk;
}

ScoreCode InputColumns::GatherLeaves(const InputArray& leaves, const InputArray::Range& range,
                                     BasicType base) {
  if (range.begin == range.end) return ScoreCode::kOk;
  switch (base) {
    case BasicType::kByte: return GatherNumbers<std::int8_t>(leaves, range);
    case BasicType::kShort: return GatherNumbers<std::int16_t>(leaves, range);
    case BasicType::kInt: return GatherNumbers<std::int32_t>(leaves, range);
    case BasicType::kLong: return GatherNumbers<std::int64_t>(leaves, range);
    case BasicType::kFloat: return GatherNumbers<float>(leaves, range);
    case BasicType::kDouble: break;
    default: return GatherOthers(leaves, range, base);
  }
  const std::byte* doubles = leaves.DoublesAt(range.begin);
  if (doubles == nullptr) return GatherNumbers<double>(leaves, range);
  const auto bytes = static_cast<std::size_t>(range.end - range.begin) * sizeof(double);
  if (dimensions_.size() == 1) {
    in_place_ = {base, doubles, static_cast<std::uint32_t>(range.end - range.begin)};
  } else {
    values_.insert(values_.end(), doubles, doubles + bytes);
  }
  return ScoreCode::kOk;
}

template <typename T>
ScoreCode InputColumns::GatherNumbers(const InputArray& leaves, const InputArray::Range& range) {
  std::size_t at = values_.size();
  values_.resize(at + static_cast<std::size_t>(range.end - range.begin) * sizeof(T));
  for (std::int64_t i = range.begin; i < range.end; ++i, at += sizeof(T)) {
    InputArray::Place place;
    const ScoreCode code = leaves.Find(i, &place);
    if (code != ScoreCode::kOk) return code;
    const std::optional<T> number = Cast<T>(place.array->NumberAt(place.index));
    if (!number) return ScoreCode::kInvalidValue;
    std::memcpy(values_.data() + at, &*number, sizeof(T));
  }
  return ScoreCode::kOk;
}

ScoreCode InputColumns::GatherOthers(const InputArray& leaves, const InputArray::Range& range,
                                     BasicType base) {
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    InputArray::Place place;
    ScoreCode code = leaves.Find(i, &place);
    if (code != ScoreCode::kOk) return code;
    if (base == BasicType::kBoolean) {
      values_.push_back(std::byte{place.array->BooleanAt(place.index)});
      continue;
    }
    std::string_view text;
    code = place.array->TextAt(place.index, &text);
    if (code != ScoreCode::kOk) return code;
    texts_.push_back(text);
  }
  return ScoreCode::kOk;
}

}  // namespace pillion
