// One array of Arrow's C data interface that the caller owns, with its dictionary or elements, made
// safe to read: whatever the structs tell of counts, lengths, offsets and indices is checked before
// it is followed. The buffers' own lengths nobody tells. Knows no columns of a model.
// Reads by any number of threads; takes no memory once it is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "client/arrow/arrow_format.h"
#include "schemas/types/score_code.h"

namespace pillion {

class InputArray {
 public:
  // At least `length_min` elements. The error says what is broken.
  static tl::expected<InputArray, std::string> Make(const ArrowSchema& schema,
                                                    const ArrowArray& array,
                                                    std::int64_t length_min);

  ArrowKind kind() const { return kind_; }  // of a dictionary: of its indices
  std::int64_t length() const { return length_; }
  // Null: no list. Those of a dictionary's lists are at values().
  const InputArray* elements() const { return elements_.get(); }
  // Its dictionary, or else itself.
  const InputArray& values() const { return dictionary_ ? *dictionary_ : *this; }

  // REQUIRES of all that follows: elements from 0 on, up to length().
  // Whether [begin, begin + count) holds no value. Of kinds that are not read: as their count says.
  bool OnlyNulls(std::int64_t begin, std::int64_t count) const;
  // Where the value of an element stands.
  struct Place {
    const InputArray* array = nullptr;
    std::int64_t index = 0;
  };
  // kNullValue; kMalformed: an index that its dictionary does not have.
  ScoreCode Find(std::int64_t index, Place* place) const;

  // REQUIRES of these: a place of Find(), and an array of that kind.
  struct Number {
    enum class As : std::uint8_t { kSigned, kUnsigned, kReal } as;
    std::int64_t integer = 0;  // kUnsigned: beyond int64
    double real = 0;
  };
  Number NumberAt(std::int64_t index) const;
  bool BooleanAt(std::int64_t index) const;
  // kMalformed: it lies outside of what the array says to have.
  ScoreCode TextAt(std::int64_t index, std::string_view* text) const;
  struct Range {  // of elements()
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  ScoreCode RangeAt(std::int64_t index, Range* range) const;
  // The bytes of doubles that stand one behind the other; null: other numbers, or nulls among them.
  const std::byte* DoublesAt(std::int64_t index) const;

 private:
  template <typename T>
  T Load(const void* buffer, std::int64_t index) const;  // buffers need no alignment
  bool Valid(std::int64_t index) const;
  std::string Read(const ArrowSchema& schema, const ArrowArray& array, std::int64_t length_min,
                   int depth);
  std::string ReadShape(const ArrowArray& array, std::int64_t length_min);
  std::string ReadBuffers(const ArrowArray& array);
  std::string ReadOffsets();
  std::string ReadDictionary(const ArrowSchema& schema, const ArrowArray& array, int depth);
  std::string ReadElements(const ArrowSchema& schema, const ArrowArray& array, int depth);
  template <typename Offset>
  bool Between(std::int64_t index, std::int64_t* begin, std::int64_t* end) const;
  ScoreCode ViewAt(std::int64_t index, std::string_view* text) const;

  ArrowKind kind_ = ArrowKind::kOther;
  std::int64_t width_ = 0;
  std::int64_t length_ = 0;
  std::int64_t offset_ = 0;
  bool only_nulls_ = false;  // by its count of them
  const void* validity_ = nullptr;
  const void* first_ = nullptr;   // values, offsets or views
  const void* second_ = nullptr;  // text, sizes of list views, sizes of a view's buffers
  const void* const* view_buffers_ = nullptr;
  std::int64_t view_buffer_count_ = 0;
  std::int64_t last_offset_ = 0;  // of text and lists: none is larger
  std::unique_ptr<InputArray> elements_;
  std::unique_ptr<InputArray> dictionary_;
};

}  // namespace pillion
