// Arrays of Arrow's C data interface as tests make them, by hand, and what can be read off those
// that come back. Follows the interface's description, not the library.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/pillion_arrow.h"

namespace pillion {

// A node with its children. Owns what the structs point to; may be bent out of shape by hand.
class ArrowNode {
 public:
  ArrowNode(std::string format, std::int64_t length, std::string name = "")
      : format_(std::move(format)), name_(std::move(name)) {
    schema.format = format_.c_str();
    schema.name = name_.c_str();
    schema.release = [](ArrowSchema*) { ++Released(); };
    array.length = length;
    array.null_count = -1;  // unknown
    array.release = [](ArrowArray*) { ++Released(); };
  }
  ArrowNode(const ArrowNode&) = delete;
  ArrowNode& operator=(const ArrowNode&) = delete;

  // How many structs of tests were released: the library takes none over.
  static int& Released() {
    static int released = 0;
    return released;
  }

  ArrowNode& NoBuffer() { return Buffer(std::vector<std::uint8_t>(), true); }  // of validity
  // [bit]; what a producer has before its offset too.
  ArrowNode& Bits(const std::vector<bool>& bits) {
    std::vector<std::uint8_t> bytes((bits.size() + 7) / 8);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if (bits[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 1U << (i % 8));
    }
    return Buffer(bytes);
  }
  template <typename T>
  ArrowNode& Buffer(const std::vector<T>& values, bool absent = false) {
    // Exactly as long as they are, so that the sanitizer sees a read behind them.
    auto& bytes = bytes_.emplace_back(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    buffers_.push_back(absent ? nullptr : bytes.data());
    array.n_buffers = static_cast<std::int64_t>(buffers_.size());
    array.buffers = buffers_.data();
    return *this;
  }
  ArrowNode& Text(const std::string& text) {
    return Buffer(std::vector<char>(text.begin(), text.end()));
  }
  ArrowNode& Child(ArrowNode& child) {
    schemas_.push_back(&child.schema);
    arrays_.push_back(&child.array);
    schema.children = schemas_.data();
    array.children = arrays_.data();
    schema.n_children = array.n_children = static_cast<std::int64_t>(arrays_.size());
    return *this;
  }
  ArrowNode& Dictionary(ArrowNode& values) {
    schema.dictionary = &values.schema;
    array.dictionary = &values.array;
    return *this;
  }
  ArrowNode& Offset(std::int64_t offset) {
    array.offset = offset;
    return *this;
  }

  ArrowSchema schema{};
  ArrowArray array{};

 private:
  std::string format_;
  std::string name_;
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::vector<const void*> buffers_;
  std::vector<ArrowSchema*> schemas_;
  std::vector<ArrowArray*> arrays_;
};

// All the nodes of a test, which stay where they are.
class ArrowNodes {
 public:
  template <typename T>
  ArrowNode& Numbers(const std::string& name, const std::string& format,
                     const std::vector<T>& values) {
    return New(format, values.size(), name).NoBuffer().Buffer(values);
  }
  ArrowNode& Texts(const std::string& name, const std::vector<std::string>& texts) {
    std::vector<std::int32_t> offsets{0};
    std::string all;
    for (const std::string& text : texts) {
      all += text;
      offsets.push_back(static_cast<std::int32_t>(all.size()));
    }
    return New("u", texts.size(), name).NoBuffer().Buffer(offsets).Text(all);
  }
  ArrowNode& Struct(std::size_t length, const std::vector<ArrowNode*>& children) {
    ArrowNode& node = New("+s", length, "").NoBuffer();
    for (ArrowNode* child : children) node.Child(*child);
    return node;
  }
  ArrowNode& New(const std::string& format, std::size_t length, const std::string& name = "") {
    return nodes_.emplace_back(format, static_cast<std::int64_t>(length), name);
  }

 private:
  std::deque<ArrowNode> nodes_;
};

// What a call gave, released at the end.
struct ArrowAnswer {
  ArrowAnswer() = default;
  ArrowAnswer(const ArrowAnswer&) = delete;
  ArrowAnswer& operator=(const ArrowAnswer&) = delete;
  ~ArrowAnswer() {
    if (array.release != nullptr) array.release(&array);
    if (schema.release != nullptr) schema.release(&schema);
  }

  std::optional<std::size_t> Find(const std::string& name) const {
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      if (schema.children[i]->name == name) return static_cast<std::size_t>(i);
    }
    return std::nullopt;
  }
  const ArrowArray& operator[](const std::string& name) const {
    return *array.children[Find(name).value()];
  }
  std::string Format(const std::string& name) const {
    const ArrowSchema& child = *schema.children[Find(name).value()];
    return child.n_children == 0 ? child.format
                                 : std::string(child.format) + child.children[0]->format;
  }

  ArrowSchema schema{};
  ArrowArray array{};
};

inline bool BitAt(const void* bits, std::int64_t at) {
  return (static_cast<const std::uint8_t*>(bits)[at / 8] >> (at % 8) & 1) != 0;
}

inline bool IsValid(const ArrowArray& array, std::int64_t at) {
  return array.buffers[0] == nullptr || BitAt(array.buffers[0], array.offset + at);
}

template <typename T>
std::vector<std::optional<T>> NumbersOf(const ArrowArray& array) {
  std::vector<std::optional<T>> values;
  for (std::int64_t i = 0; i < array.length; ++i) {
    const auto* numbers = static_cast<const T*>(array.buffers[1]);
    values.push_back(IsValid(array, i) ? std::optional(numbers[array.offset + i]) : std::nullopt);
  }
  return values;
}

inline std::vector<std::optional<bool>> BooleansOf(const ArrowArray& array) {
  std::vector<std::optional<bool>> values;
  for (std::int64_t i = 0; i < array.length; ++i) {
    values.push_back(IsValid(array, i) ? std::optional(BitAt(array.buffers[1], array.offset + i))
                                       : std::nullopt);
  }
  return values;
}

inline std::vector<std::optional<std::string>> TextsOf(const ArrowArray& array) {
  std::vector<std::optional<std::string>> values;
  const auto* offsets = static_cast<const std::int32_t*>(array.buffers[1]) + array.offset;
  const auto* texts = static_cast<const char*>(array.buffers[2]);
  for (std::int64_t i = 0; i < array.length; ++i) {
    values.push_back(IsValid(array, i)
                         ? std::optional(std::string(texts + offsets[i], texts + offsets[i + 1]))
                         : std::nullopt);
  }
  return values;
}

// `of`: one of the above.
template <typename Of>
auto ListsOf(const ArrowArray& array, Of of) {
  const auto elements = of(*array.children[0]);
  const auto* offsets = static_cast<const std::int32_t*>(array.buffers[1]) + array.offset;
  std::vector<std::optional<std::decay_t<decltype(elements)>>> lists;
  for (std::int64_t i = 0; i < array.length; ++i) {
    if (IsValid(array, i)) {
      lists.emplace_back(std::in_place, elements.begin() + offsets[i],
                         elements.begin() + offsets[i + 1]);
    } else {
      lists.emplace_back();
    }
  }
  return lists;
}

}  // namespace pillion
