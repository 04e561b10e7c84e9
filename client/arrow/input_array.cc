#include "client/arrow/input_array.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace pillion {
namespace {

constexpr int kDepthMax = 40;  // more than a tensor has dimensions
constexpr const char* kElements = "its elements: ";
constexpr std::int64_t kElementsMax = std::numeric_limits<std::int64_t>::max() / 16;

std::int64_t BufferCount(ArrowKind kind) {
  if (kind == ArrowKind::kFixedList || kind == ArrowKind::kStruct) return 1;
  const bool three = kind == ArrowKind::kText || kind == ArrowKind::kLargeText ||
                     kind == ArrowKind::kListView || kind == ArrowKind::kLargeListView;
  return three ? 3 : 2;
}

double HalfToDouble(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  double value = 0;
  if (exponent == 0x1f) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else {
    value = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

std::string Count(std::int64_t count, const char* what) {
  return std::to_string(count) + " " + what;
}

}  // namespace

tl::expected<InputArray, std::string> InputArray::Make(const ArrowSchema& schema,
                                                       const ArrowArray& array,
                                                       std::int64_t length_min) {
  InputArray made;
  std::string problem = made.Read(schema, array, length_min, 0);
  if (!problem.empty()) return tl::unexpected(std::move(problem));
  return made;
}

std::string InputArray::Read(const ArrowSchema& schema, const ArrowArray& array,
                             std::int64_t length_min, int depth) {
  if (depth > kDepthMax) return "it is nested more than " + Count(kDepthMax, "times");
  if (schema.release == nullptr || array.release == nullptr) return "it has been released";
  if (schema.format == nullptr) return "its schema has no format";
  const ArrowFormat format = ParseArrowFormat(schema.format);
  kind_ = format.kind;
  width_ = format.width;
  std::string problem = ReadShape(array, length_min);
  if (!problem.empty()) return problem;
  if (kind_ == ArrowKind::kNull || kind_ == ArrowKind::kOther) {
    only_nulls_ = only_nulls_ || kind_ == ArrowKind::kNull;
    return {};
  }
  problem = ReadBuffers(array);
  if (problem.empty()) problem = ReadDictionary(schema, array, depth);
  if (problem.empty() && IsList(kind_)) problem = ReadElements(schema, array, depth);
  if (problem.empty()) problem = ReadOffsets();
  return problem;
}

std::string InputArray::ReadShape(const ArrowArray& array, std::int64_t length_min) {
  if (array.length < 0 || array.offset < 0 || array.length > kElementsMax ||
      array.offset > kElementsMax - array.length) {
    return "it has length " + std::to_string(array.length) + " and offset " +
           std::to_string(array.offset);
  }
  if (array.length < length_min) {
    return "it has " + Count(array.length, "elements") + " and needs " + std::to_string(length_min);
  }
  length_ = array.length;
  offset_ = array.offset;
  only_nulls_ = array.null_count >= array.length;
  return {};
}

std::string InputArray::ReadBuffers(const ArrowArray& array) {
  const bool views = kind_ == ArrowKind::kTextView;
  const std::int64_t needed = views ? 3 : BufferCount(kind_);
  if (views ? array.n_buffers < needed : array.n_buffers != needed) {
    return "it has " + Count(array.n_buffers, "buffers") + " and needs " + std::to_string(needed);
  }
  if (array.buffers == nullptr) return "it has no buffers";
  // Where an array is known to have no nulls, producers may leave anything here.
  validity_ = array.null_count == 0 ? nullptr : array.buffers[0];
  if (array.null_count > 0 && validity_ == nullptr) {
    return "it counts " + Count(array.null_count, "nulls") + " and has no bitmap of them";
  }
  if (needed == 1) return {};
  std::int64_t bytes = 0;
  if (kind_ == ArrowKind::kFixedText && __builtin_mul_overflow(offset_ + length_, width_, &bytes)) {
    return "its " + Count(length_, "values of ") + Count(width_, "bytes are too many");
  }
  first_ = array.buffers[1];
  const bool empty = length_ == 0 || (kind_ == ArrowKind::kFixedText && width_ == 0);
  if (first_ == nullptr && !empty) return "its second buffer is missing";
  if (views) {
    view_buffers_ = array.buffers + 2;
    view_buffer_count_ = array.n_buffers - 3;
    second_ = array.buffers[array.n_buffers - 1];
    if (second_ == nullptr && view_buffer_count_ > 0) return "the sizes of its buffers are missing";
  } else if (needed == 3) {
    second_ = array.buffers[2];
    const bool sizes = kind_ == ArrowKind::kListView || kind_ == ArrowKind::kLargeListView;
    if (second_ == nullptr && sizes && length_ != 0) return "its sizes are missing";
  }
  return {};
}

std::string InputArray::ReadDictionary(const ArrowSchema& schema, const ArrowArray& array,
                                       int depth) {
  if ((schema.dictionary == nullptr) != (array.dictionary == nullptr)) {
    return "schema and array do not agree on whether it has a dictionary";
  }
  if (schema.dictionary == nullptr) return {};
  if (!IsInteger(kind_)) return "the indices of its dictionary are no integers";
  if (schema.dictionary->dictionary != nullptr) return "its dictionary has a dictionary";
  dictionary_ = std::make_unique<InputArray>();
  const std::string problem =
      dictionary_->Read(*schema.dictionary, *array.dictionary, 0, depth + 1);
  return problem.empty() ? problem : "its dictionary: " + problem;
}

std::string InputArray::ReadElements(const ArrowSchema& schema, const ArrowArray& array,
                                     int depth) {
  if (schema.n_children != 1 || array.n_children != 1 || schema.children == nullptr ||
      array.children == nullptr || schema.children[0] == nullptr || array.children[0] == nullptr) {
    return "it has " + Count(array.n_children, "children, its schema ") +
           std::to_string(schema.n_children) + ", and a list has one";
  }
  std::int64_t needed = 0;
  if (kind_ == ArrowKind::kFixedList &&
      __builtin_mul_overflow(offset_ + length_, width_, &needed)) {
    return "its lists of " + Count(width_, "elements") + " are too many";
  }
  elements_ = std::make_unique<InputArray>();
  std::string problem = elements_->Read(*schema.children[0], *array.children[0], needed, depth + 1);
  if (problem.empty() || problem.starts_with(kElements)) return problem;
  return kElements + problem;
}

template <typename T>
T InputArray::Load(const void* buffer, std::int64_t index) const {
  T value;
  std::memcpy(&value, static_cast<const std::byte*>(buffer) + index * std::int64_t{sizeof(T)},
              sizeof(T));
  return value;
}

std::string InputArray::ReadOffsets() {
  const bool large = kind_ == ArrowKind::kLargeText || kind_ == ArrowKind::kLargeList;
  const bool small = kind_ == ArrowKind::kText || kind_ == ArrowKind::kList;
  if ((!large && !small) || length_ == 0) return {};
  last_offset_ = large ? Load<std::int64_t>(first_, offset_ + length_)
                       : Load<std::int32_t>(first_, offset_ + length_);
  const std::int64_t offset_max = elements_ ? elements_->length() : kElementsMax;
  if (last_offset_ >= 0 && last_offset_ <= offset_max) return {};
  return "its last offset is " + std::to_string(last_offset_) +
         (elements_ ? ", and it has " + Count(offset_max, "elements") : "");
}

bool InputArray::Valid(std::int64_t index) const {
  if (kind_ == ArrowKind::kNull) return false;
  if (validity_ == nullptr) return true;
  const std::int64_t bit = offset_ + index;
  return (Load<std::uint8_t>(validity_, bit >> 3) >> (bit & 7) & 1) != 0;
}

bool InputArray::OnlyNulls(std::int64_t begin, std::int64_t count) const {
  if (only_nulls_ || count == 0) return true;
  if (validity_ == nullptr) return false;
  for (std::int64_t i = begin; i < begin + count; ++i) {
    if (Valid(i)) return false;
  }
  return true;
}

ScoreCode InputArray::Find(std::int64_t index, Place* place) const {
  if (!Valid(index)) return ScoreCode::kNullValue;
  if (dictionary_ == nullptr) {
    *place = {this, index};
    return ScoreCode::kOk;
  }
  const Number at = NumberAt(index);
  if (at.as != Number::As::kSigned || at.integer < 0 || at.integer >= dictionary_->length()) {
    return ScoreCode::kMalformed;
  }
  return dictionary_->Find(at.integer, place);
}

InputArray::Number InputArray::NumberAt(std::int64_t index) const {
  using As = Number::As;
  const std::int64_t at = offset_ + index;
  switch (kind_) {
    case ArrowKind::kInt8: return {As::kSigned, Load<std::int8_t>(first_, at)};
    case ArrowKind::kUint8: return {As::kSigned, Load<std::uint8_t>(first_, at)};
    case ArrowKind::kInt16: return {As::kSigned, Load<std::int16_t>(first_, at)};
    case ArrowKind::kUint16: return {As::kSigned, Load<std::uint16_t>(first_, at)};
    case ArrowKind::kInt32: return {As::kSigned, Load<std::int32_t>(first_, at)};
    case ArrowKind::kUint32: return {As::kSigned, Load<std::uint32_t>(first_, at)};
    case ArrowKind::kInt64: return {As::kSigned, Load<std::int64_t>(first_, at)};
    case ArrowKind::kUint64: {
      const auto value = Load<std::int64_t>(first_, at);
      return {value < 0 ? As::kUnsigned : As::kSigned, value};
    }
    case ArrowKind::kHalf: return {As::kReal, 0, HalfToDouble(Load<std::uint16_t>(first_, at))};
    case ArrowKind::kFloat: return {As::kReal, 0, Load<float>(first_, at)};
    default: return {As::kReal, 0, Load<double>(first_, at)};
  }
}

bool InputArray::BooleanAt(std::int64_t index) const {
  const std::int64_t bit = offset_ + index;
  return (Load<std::uint8_t>(first_, bit >> 3) >> (bit & 7) & 1) != 0;
}

template <typename Offset>
bool InputArray::Between(std::int64_t index, std::int64_t* begin, std::int64_t* end) const {
  *begin = Load<Offset>(first_, offset_ + index);
  *end = Load<Offset>(first_, offset_ + index + 1);
  return 0 <= *begin && *begin <= *end && *end <= last_offset_;
}

ScoreCode InputArray::TextAt(std::int64_t index, std::string_view* text) const {
  if (kind_ == ArrowKind::kTextView) return ViewAt(index, text);
  std::int64_t begin = (offset_ + index) * width_;
  std::int64_t end = begin + width_;
  const char* bytes = static_cast<const char*>(first_);
  if (kind_ != ArrowKind::kFixedText) {
    bytes = static_cast<const char*>(second_);
    const bool inside = kind_ == ArrowKind::kText ? Between<std::int32_t>(index, &begin, &end)
                                                  : Between<std::int64_t>(index, &begin, &end);
    if (!inside || (bytes == nullptr && begin != end)) return ScoreCode::kMalformed;
  }
  *text = begin == end ? std::string_view()
                       : std::string_view(bytes + begin, static_cast<std::size_t>(end - begin));
  return ScoreCode::kOk;
}

// 16 bytes: the length, then up to 12 bytes of text, or its first four, its buffer and where there.
ScoreCode InputArray::ViewAt(std::int64_t index, std::string_view* text) const {
  constexpr std::int32_t kInline = 12;
  const auto* view = static_cast<const char*>(first_) + (offset_ + index) * 16;
  const auto length = Load<std::int32_t>(view, 0);
  if (length < 0) return ScoreCode::kMalformed;
  if (length <= kInline) {
    *text = {view + 4, static_cast<std::size_t>(length)};
    return ScoreCode::kOk;
  }
  const auto buffer = Load<std::int32_t>(view, 2);
  const auto begin = Load<std::int32_t>(view, 3);
  if (buffer < 0 || buffer >= view_buffer_count_ || begin < 0) return ScoreCode::kMalformed;
  const auto* bytes = static_cast<const char*>(view_buffers_[buffer]);
  const auto size = Load<std::int64_t>(second_, buffer);
  if (bytes == nullptr || std::int64_t{begin} + length > size) return ScoreCode::kMalformed;
  *text = {bytes + begin, static_cast<std::size_t>(length)};
  return ScoreCode::kOk;
}

ScoreCode InputArray::RangeAt(std::int64_t index, Range* range) const {
  const std::int64_t at = offset_ + index;
  bool inside = true;
  if (kind_ == ArrowKind::kFixedList) {
    *range = {at * width_, (at + 1) * width_};
  } else if (kind_ == ArrowKind::kList) {
    inside = Between<std::int32_t>(index, &range->begin, &range->end);
  } else if (kind_ == ArrowKind::kLargeList) {
    inside = Between<std::int64_t>(index, &range->begin, &range->end);
  } else {
    const bool large = kind_ == ArrowKind::kLargeListView;
    const std::int64_t begin =
        large ? Load<std::int64_t>(first_, at) : Load<std::int32_t>(first_, at);
    const std::int64_t size =
        large ? Load<std::int64_t>(second_, at) : Load<std::int32_t>(second_, at);
    inside = begin >= 0 && size >= 0 && begin <= elements_->length() &&
             size <= elements_->length() - begin;
    if (inside) *range = {begin, begin + size};
  }
  return inside ? ScoreCode::kOk : ScoreCode::kMalformed;
}

const std::byte* InputArray::DoublesAt(std::int64_t index) const {
  if (kind_ != ArrowKind::kDouble || validity_ != nullptr) return nullptr;
  return static_cast<const std::byte*>(first_) + (offset_ + index) * std::int64_t{sizeof(double)};
}

}  // namespace pillion
