// Universal Binary JSON, as XGBoost writes it, with the interface of JsonReader: reading functions
// return false after the first error, which sticks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/load_error.h"

namespace pillion {

class UbjsonReader {
 public:
  // A value's marker; its payload is what is read next.
  using Value = char;

  UbjsonReader(std::string_view where, std::uint32_t depth_max)
      : where_(where), depth_max_(depth_max) {}

  // As JsonReader; what follows the object is not looked at.
  template <typename F>
  bool ReadText(std::string_view text, F&& member);
  template <typename F>
  bool ReadObject(Value value, F&& member);
  template <typename F>
  bool ReadArray(Value value, F&& element);

  bool Read(Value value, bool& out);
  bool Read(Value value, std::int32_t& out);
  bool Read(Value value, std::int64_t& out);
  bool Read(Value value, float& out);
  bool Read(Value value, std::string& out);
  template <typename T>
  bool Read(Value value, std::vector<T>& out);
  bool Skip(Value value);

  static bool IsArray(Value value) { return value == '['; }
  static bool IsBoolean(Value value) { return value == 'T' || value == 'F'; }

  bool Fail(std::string what);
  LoadError error() const { return LoadError(LoadCode::kBadBundle, where_, what_); }

 private:
  // The optional type and count at the head of a container.
  struct Head {
    Value type = '\0';
    std::int64_t count = -1;  // -1: up to the closing marker
  };

  bool Enter();
  bool ReadMarker(Value& value);
  bool ReadHead(Head& head);
  bool ReadBytes(std::int64_t count, std::string_view& out);
  bool ReadLength(std::int64_t& out);
  template <typename T>
  bool ReadPayload(T& out);
  // Calls `item()`, which reads one element and its marker if `head` has no type.
  template <typename F>
  bool ReadItems(Value close, F&& item);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string where_;
  std::string what_;
  std::uint32_t depth_max_;
  std::uint32_t depth_ = 0;
};

template <typename F>
bool UbjsonReader::ReadItems(Value close, F&& item) {
  Head head;
  if (!Enter() || !ReadHead(head)) return false;
  for (std::int64_t i = 0; head.count < 0 || i < head.count; ++i) {
    if (head.count < 0 && at_ < text_.size() && text_[at_] == close) {
      ++at_;
      break;
    }
    if (!item(head.type)) return false;
  }
  --depth_;
  return true;
}

template <typename F>
bool UbjsonReader::ReadText(std::string_view text, F&& member) {
  text_ = text;
  at_ = 0;
  Value value = '\0';
  return ReadMarker(value) && ReadObject(value, std::forward<F>(member));
}

template <typename F>
bool UbjsonReader::ReadObject(Value value, F&& member) {
  if (value != '{') return Fail("expected an object");
  return ReadItems('}', [&](Value type) {
    std::int64_t length = 0;
    std::string_view key;
    if (!ReadLength(length) || !ReadBytes(length, key)) return false;
    return (type != '\0' || ReadMarker(type)) && member(key, type);
  });
}

template <typename F>
bool UbjsonReader::ReadArray(Value value, F&& element) {
  if (value != '[') return Fail("expected an array");
  return ReadItems(']',
                   [&](Value type) { return (type != '\0' || ReadMarker(type)) && element(type); });
}

template <typename T>
bool UbjsonReader::Read(Value value, std::vector<T>& out) {
  return ReadArray(value, [&](Value item) {
    T element{};
    if (!Read(item, element)) return false;
    out.push_back(std::move(element));
    return true;
  });
}

}  // namespace pillion
