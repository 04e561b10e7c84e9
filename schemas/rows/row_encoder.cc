#include "schemas/rows/row_encoder.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "schemas/rows/number_cast.h"
#include "schemas/types/tensor_shape.h"

namespace pillion {
namespace {

// Calls `store` with `value` as the column's C++ type.
template <typename T, typename Store>
ScoreCode Convert(BasicType base, T value, Store store) {
  const auto give = [&store](auto converted) {
    return converted ? store(*converted) : ScoreCode::kInvalidValue;
  };
  switch (base) {
    case BasicType::kDouble: return give(CastNumber<double>(value));
    case BasicType::kFloat: return give(CastNumber<float>(value));
    case BasicType::kLong: return give(CastNumber<std::int64_t>(value));
    case BasicType::kInt: return give(CastNumber<std::int32_t>(value));
    case BasicType::kShort: return give(CastNumber<std::int16_t>(value));
    case BasicType::kByte: return give(CastNumber<std::int8_t>(value));
    default: return ScoreCode::kWrongType;
  }
}

bool Fits(const ElementsView& elements, BasicType base) {
  return elements.base == base || (IsText(elements.base) && IsText(base));
}

constexpr std::uint32_t kDeadBytesMin = 64;  // what is not worth a look

std::size_t FirstRoomBytes(const RowLayout& layout, std::uint32_t row_bytes_max) {
  const std::size_t empty = layout.empty_row().size();
  return std::max(empty,
                  std::min<std::size_t>(row_bytes_max, std::max<std::size_t>(1024, 2 * empty)));
}

}  // namespace

RowEncoder::RowEncoder(std::shared_ptr<const RowLayout> layout, std::uint32_t row_bytes_max)
    : layout_(std::move(layout)),
      row_bytes_max_(std::min(row_bytes_max, kWireBytesMax)),
      room_(FirstRoomBytes(*layout_, row_bytes_max)),
      regions_(layout_->size()) {
  Clear();
}

void RowEncoder::Clear() noexcept {
  const auto empty = layout_->empty_row();
  std::copy(empty.begin(), empty.end(), room_.begin());
  writer_ = WireEncoder(room_, static_cast<std::uint32_t>(empty.size()));
  while (first_region_ != kNoRegion) Release(first_region_);
  dead_bytes_ = 0;
  fault_ = {};
}

ScoreCode RowEncoder::Fail(std::uint32_t column, ScoreCode code) noexcept {
  if (fault_.code == ScoreCode::kOk) fault_ = {code, column};
  return code;
}

ScoreCode RowEncoder::Check(std::uint32_t column, Shape shape) const noexcept {
  if (column >= layout_->size()) return ScoreCode::kUnknownColumn;
  const bool fits = layout_->columns()[column].type.shape == shape;
  return fits ? ScoreCode::kOk : ScoreCode::kWrongType;
}

ScoreCode RowEncoder::Mark(std::uint32_t column) noexcept {
  const ColumnLayout& layout = (*layout_)[column];
  writer_.Store(layout.entry, layout.field);
  return ScoreCode::kOk;
}

template <typename T>
ScoreCode RowEncoder::Store(std::uint32_t column, T value) noexcept {
  writer_.Store(Slot(column), value);
  return Mark(column);
}

bool RowEncoder::Grow() noexcept {
  const std::size_t bytes = std::min<std::size_t>(2 * room_.size(), row_bytes_max_);
  if (bytes <= room_.size()) return false;
  const std::uint32_t used = writer_.used();
  try {
    room_.resize(bytes);
  } catch (const std::bad_alloc&) {
    return false;
  }
  writer_ = WireEncoder(room_, used);
  return true;
}

template <typename Write>
ScoreCode RowEncoder::Append(std::uint32_t column, Write write) noexcept {
  const std::uint32_t used = writer_.used();
  while (!write(Slot(column))) {
    writer_.Rewind(used);
    if (!Grow()) return Fail(column, ScoreCode::kTooLarge);
  }
  Occupy(column, used);
  return Mark(column);
}

void RowEncoder::Occupy(std::uint32_t column, std::uint32_t begin) noexcept {
  Release(column);
  regions_[column] = {begin, writer_.used(), last_region_, kNoRegion};
  (last_region_ == kNoRegion ? first_region_ : regions_[last_region_].behind) = column;
  last_region_ = column;
  Compact();
}

void RowEncoder::Release(std::uint32_t column) noexcept {
  Region& region = regions_[column];
  if (region.end == 0) return;
  dead_bytes_ += region.end - region.begin;
  (region.before == kNoRegion ? first_region_ : regions_[region.before].behind) = region.behind;
  (region.behind == kNoRegion ? last_region_ : regions_[region.behind].before) = region.before;
  region = {};
}

// Offsets within a value are relative and stay right; alignment does, as each value moves by a
// multiple of 8.
void RowEncoder::Compact() noexcept {
  if (dead_bytes_ <= kDeadBytesMin || dead_bytes_ <= writer_.used() / 4) return;
  auto end = static_cast<std::uint32_t>(layout_->empty_row().size());
  for (std::uint32_t column = first_region_; column != kNoRegion;) {
    Region& region = regions_[column];
    const std::uint32_t moved = (region.begin - end) & ~7U;
    std::memmove(writer_.at(region.begin - moved), writer_.at(region.begin),
                 region.end - region.begin);
    std::uint32_t offset = 0;
    std::memcpy(&offset, writer_.at(Slot(column)), sizeof offset);
    writer_.Store(Slot(column), offset - moved);
    region.begin -= moved;
    region.end -= moved;
    end = region.end;
    column = region.behind;
  }
  writer_.Rewind(end);
  dead_bytes_ = 0;
}

bool RowEncoder::Overwrite(std::uint32_t column, std::string_view text,
                           std::string_view ending) noexcept {
  const Region& region = regions_[column];
  if (region.end == 0) return false;
  std::uint32_t offset = 0;
  std::memcpy(&offset, writer_.at(Slot(column)), sizeof offset);
  const std::uint32_t first = Slot(column) + offset + 4;  // behind the length
  const std::size_t room = region.end - first;
  const std::size_t needed = text.size() + ending.size();
  if (needed > room || 2 * needed + kDeadBytesMin < room) return false;
  writer_.Store(first - 4, static_cast<std::uint32_t>(text.size()));
  if (!text.empty()) std::memcpy(writer_.at(first), text.data(), text.size());
  if (!ending.empty()) {
    std::memcpy(writer_.at(first) + text.size(), ending.data(), ending.size());
  }
  return true;
}

std::optional<RowEncoder::Extent> RowEncoder::LongestColumn() const noexcept {
  std::optional<Extent> longest;
  for (std::uint32_t i = first_region_; i != kNoRegion; i = regions_[i].behind) {
    const std::uint32_t bytes = regions_[i].end - regions_[i].begin;
    if (!longest || bytes > longest->bytes) longest = {i, bytes};
  }
  return longest;
}

ScoreCode RowEncoder::SetNull(std::uint32_t column) noexcept {
  if (column >= layout_->size()) return Fail(column, ScoreCode::kUnknownColumn);
  writer_.Store((*layout_)[column].entry, std::uint16_t{0});
  Release(column);
  Compact();
  return ScoreCode::kOk;
}

ScoreCode RowEncoder::SetBoolean(std::uint32_t column, bool value) noexcept {
  if (column >= layout_->size()) return Fail(column, ScoreCode::kUnknownColumn);
  if ((*layout_)[column].form != WireForm::kBoolean) return Fail(column, ScoreCode::kWrongType);
  return Store(column, static_cast<std::uint8_t>(value));
}

template <typename T>
ScoreCode RowEncoder::StoreNumber(std::uint32_t column, T value) noexcept {
  if (column >= layout_->size()) return Fail(column, ScoreCode::kUnknownColumn);
  const ColumnLayout& layout = (*layout_)[column];
  if (layout.form > WireForm::kEightBytes) return Fail(column, ScoreCode::kWrongType);
  const ScoreCode code =
      Convert(layout.base, value, [&](auto converted) { return Store(column, converted); });
  return code == ScoreCode::kOk ? code : Fail(column, code);
}

ScoreCode RowEncoder::SetLong(std::uint32_t column, std::int64_t value) noexcept {
  return StoreNumber(column, value);
}

ScoreCode RowEncoder::SetDouble(std::uint32_t column, double value) noexcept {
  return StoreNumber(column, value);
}

ScoreCode RowEncoder::SetText(std::uint32_t column, std::string_view text) noexcept {
  if (column >= layout_->size()) return Fail(column, ScoreCode::kUnknownColumn);
  const WireForm form = (*layout_)[column].form;
  if (form == WireForm::kString) {
    if (Overwrite(column, text, std::string_view("\0", 1))) return Mark(column);
    return Append(column, [&](std::uint32_t slot) { return writer_.AppendString(slot, text); });
  }
  if (form != WireForm::kByteString) return Fail(column, ScoreCode::kWrongType);
  if (Overwrite(column, text, {})) return Mark(column);
  return Append(column, [&](std::uint32_t slot) { return writer_.AppendByteString(slot, text); });
}

ScoreCode RowEncoder::SetList(std::uint32_t column, ElementsView elements) noexcept {
  const ScoreCode code = Check(column, Shape::kList);
  if (code != ScoreCode::kOk) return Fail(column, code);
  const BasicType base = (*layout_)[column].base;
  if (!Fits(elements, base)) return Fail(column, ScoreCode::kWrongType);
  elements.base = base;
  return Append(column, [&](std::uint32_t slot) { return writer_.AppendList(slot, elements); });
}

ScoreCode RowEncoder::SetTensor(std::uint32_t column, TensorView tensor) noexcept {
  ScoreCode code = Check(column, Shape::kTensor);
  if (code != ScoreCode::kOk) return Fail(column, code);
  const DataType& type = layout_->columns()[column].type;
  if (!Fits(tensor.values, type.base)) return Fail(column, ScoreCode::kWrongType);
  tensor.values.base = type.base;
  code = CheckTensor(tensor);
  if (code != ScoreCode::kOk) return Fail(column, code);
  return Append(column, [&](std::uint32_t slot) { return writer_.AppendTensor(slot, tensor); });
}

ScoreCode RowEncoder::SetMap(std::uint32_t column, MapView map) noexcept {
  const ScoreCode code = Check(column, Shape::kMap);
  if (code != ScoreCode::kOk) return Fail(column, code);
  const ColumnLayout& layout = (*layout_)[column];
  if (!Fits(map.keys, layout.key) || !Fits(map.values, layout.base)) {
    return Fail(column, ScoreCode::kWrongType);
  }
  if (map.keys.count != map.values.count) return Fail(column, ScoreCode::kBadShape);
  map.keys.base = layout.key;
  map.values.base = layout.base;
  return Append(column, [&](std::uint32_t slot) { return writer_.AppendMap(slot, map); });
}

std::string RowEncoder::DescribeFault() const {
  if (fault_.code == ScoreCode::kOk) return {};
  if (fault_.column >= layout_->size()) {
    return "column " + std::to_string(fault_.column) + ": the model has " +
           std::to_string(layout_->size()) + " columns";
  }
  const Field& field = layout_->columns()[fault_.column];
  return "column \"" + field.name + "\" (" + Describe(field.type) +
         "): " + std::string(Describe(fault_.code));
}

}  // namespace pillion
