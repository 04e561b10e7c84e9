// One array of Arrow's C data interface in the making, and how it is handed to whoever releases it.
// Knows no columns of a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/pillion_arrow.h"
#include "schemas/types/data_type.h"

namespace pillion {

class OutputArray {
 public:
  explicit OutputArray(BasicType base);
  static OutputArray ListsOf(BasicType base);

  BasicType base() const { return base_; }
  bool is_list() const { return elements_ != nullptr; }
  std::int64_t length() const { return length_; }

  void AppendNull();
  // REQUIRES: an array of booleans; of numbers of `bytes` each; of text.
  void AppendBoolean(bool value);
  void AppendNumbers(const void* values, std::size_t bytes, std::int64_t count);
  // So many zeros, falses or empty texts.
  void AppendZeros(std::int64_t count);
  // False: the texts of the array would take 2 GiB, which its offsets cannot count.
  [[nodiscard]] bool AppendText(std::string_view text);
  // REQUIRES: an array of lists. What is appended to elements() and then closed is one list. False:
  // the lists would have 2^31 elements.
  OutputArray& elements() { return *elements_; }
  [[nodiscard]] bool CloseList();
  // Moves all of it into structs that own themselves. Throws std::bad_alloc and then gives nothing.
  void Give(ArrowArray* array) &&;

 private:
  void AppendValid(std::int64_t count = 1);
  bool AppendOffset(std::size_t end);

  BasicType base_;
  std::int64_t length_ = 0;
  std::int64_t null_count_ = 0;
  std::vector<std::uint8_t> validity_;  // bits; empty as long as there is no null
  std::vector<std::byte> data_;         // numbers, bits of booleans, texts
  std::vector<std::int32_t> offsets_;   // of texts and lists
  std::unique_ptr<OutputArray> elements_;
};

// A struct array of these, none null, and its schema: each with children that own themselves.
void GiveStruct(std::vector<OutputArray> columns, std::int64_t length, ArrowArray* array);

struct OutputField {
  std::string name;
  std::string format;  // of the elements, where it is of lists
  bool list = false;
  bool nullable = true;
};
// The format of what an OutputArray of the base holds.
const char* ArrowFormatOf(BasicType base);
void GiveStructSchema(const std::vector<OutputField>& fields, ArrowSchema* schema);

}  // namespace pillion
