#include "engine/formats/xgboost/ubjson_reader.h"

#include <limits>

#include "engine/files/big_endian.h"

namespace pillion {

bool UbjsonReader::Fail(std::string what) {
  if (what_.empty()) what_ = "at byte " + std::to_string(at_) + ": " + std::move(what);
  return false;
}

bool UbjsonReader::Enter() {
  if (++depth_ <= depth_max_) return true;
  return Fail("nested deeper than the limit of " + std::to_string(depth_max_));
}

bool UbjsonReader::ReadMarker(Value& value) {
  do {
    if (at_ == text_.size()) return Fail("the text ends early");
    value = text_[at_++];
  } while (value == 'N');  // no operation
  return true;
}

bool UbjsonReader::ReadBytes(std::int64_t count, std::string_view& out) {
  if (count < 0 || static_cast<std::uint64_t>(count) > text_.size() - at_) {
    return Fail("expected " + std::to_string(count) + " bytes, found " +
                std::to_string(text_.size() - at_));
  }
  out = text_.substr(at_, static_cast<std::size_t>(count));
  at_ += static_cast<std::size_t>(count);
  return true;
}

template <typename T>
bool UbjsonReader::ReadPayload(T& out) {
  std::string_view bytes;
  if (!ReadBytes(sizeof(T), bytes)) return false;
  out = ReadBigEndian<T>(bytes, 0);
  return true;
}

bool UbjsonReader::ReadLength(std::int64_t& out) {
  Value marker = '\0';
  if (!ReadMarker(marker) || !Read(marker, out)) return false;
  return out >= 0 || Fail("expected a length, found " + std::to_string(out));
}

bool UbjsonReader::ReadHead(Head& head) {
  const auto next_is = [&](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (next_is('$')) {
    ++at_;
    if (!ReadMarker(head.type)) return false;
    if (!next_is('#')) return Fail("expected a count behind a container's type");
    // Values without payload would let a few bytes stand for any number of them.
    if (head.type == 'T' || head.type == 'F' || head.type == 'Z') {
      return Fail("containers of one constant are not supported");
    }
  }
  if (!next_is('#')) return true;
  ++at_;
  return ReadLength(head.count);
}

bool UbjsonReader::Read(Value value, std::int64_t& out) {
  const auto read = [&]<typename T>(T number) {
    if (!ReadPayload(number)) return false;
    out = number;
    return true;
  };
  switch (value) {
    case 'i': return read(std::int8_t{});
    case 'U': return read(std::uint8_t{});
    case 'I': return read(std::int16_t{});
    case 'l': return read(std::int32_t{});
    case 'L': return read(std::int64_t{});
    default: return Fail("expected an integer");
  }
}

bool UbjsonReader::Read(Value value, std::int32_t& out) {
  std::int64_t number = 0;
  if (!Read(value, number)) return false;
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max()) {
    return Fail("expected a 32-bit integer, found " + std::to_string(number));
  }
  out = static_cast<std::int32_t>(number);
  return true;
}

bool UbjsonReader::Read(Value value, float& out) {
  if (value == 'd') return ReadPayload(out);
  if (value == 'D') {
    double number = 0;
    if (!ReadPayload(number)) return false;
    out = static_cast<float>(number);
    return true;
  }
  if (value == 'Z') {
    out = std::numeric_limits<float>::quiet_NaN();
    return true;
  }
  std::int64_t number = 0;
  if (!Read(value, number)) return false;
  out = static_cast<float>(number);
  return true;
}

bool UbjsonReader::Read(Value value, bool& out) {
  out = value == 'T';
  return IsBoolean(value) || Fail("expected a boolean");
}

bool UbjsonReader::Read(Value value, std::string& out) {
  if (value != 'S') return Fail("expected a string");
  std::int64_t length = 0;
  std::string_view bytes;
  if (!ReadLength(length) || !ReadBytes(length, bytes)) return false;
  out = bytes;
  return true;
}

bool UbjsonReader::Skip(Value value) {
  const auto skip = [&](auto payload) { return ReadPayload(payload); };
  switch (value) {
    case '{': return ReadObject(value, [&](std::string_view, Value item) { return Skip(item); });
    case '[': return ReadArray(value, [&](Value item) { return Skip(item); });
    case 'i':
    case 'U':
    case 'C': return skip(std::uint8_t{});
    case 'I': return skip(std::int16_t{});
    case 'l':
    case 'd': return skip(std::int32_t{});
    case 'L':
    case 'D': return skip(std::int64_t{});
    case 'T':
    case 'F':
    case 'Z': return true;
    case 'S':
    case 'H': {
      std::int64_t length = 0;
      std::string_view bytes;
      return ReadLength(length) && ReadBytes(length, bytes);
    }
    default: return Fail("found a byte that marks no value");
  }
}

}  // namespace pillion
