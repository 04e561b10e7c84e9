// One cell of a table from JSON: what each column type may hold, by the rules of MLeap's RowFormat.
#pragma once

#include <cstdint>
#include <string>

#include "base/json_reader.h"
#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion {

// Which JSON values a column takes.
enum class CellRules : std::uint8_t {
  kDeclared,  // those of its type: leap frames
  // Any that can be cast to it as MLeap casts: JSON rows, which declare nothing. A boolean is 1 or
  // 0 to numbers and text, a number is its digits to text, text is read as in cell_text.h, NaN and
  // infinities are spelled as Python and Java do.
  kOwnType,
};

// Reads cells into an arena. One text at a time, as the reader.
class JsonCellReader {
 public:
  JsonCellReader(JsonReader& reader, CellRules rules, Arena& arena)
      : reader_(&reader), rules_(rules), arena_(&arena) {}

  // False: the reader has the error. A null is missing in a nullable column, NaN in any other
  // column of double or float. A tensor's dimensions are not compared with its dense values; a
  // sparse one must have an index of its rank for each value.
  bool Read(JsonReader::Value json, const DataType& type, Value& value);

 private:
  template <typename T>
  bool ReadScalar(JsonReader::Value json, BasicType base, Value& value);
  template <typename T>
  bool ReadElement(JsonReader::Value json, BasicType base, T& element);
  template <typename T>
  bool ReadOwnType(JsonReader::Value json, BasicType base, T& element);
  template <typename T>
  bool ReadElements(JsonReader::Value json, BasicType base, Value& value);
  template <typename T>
  bool ReadTensor(JsonReader::Value json, BasicType base, Value& value);
  template <typename T>
  bool ReadMap(JsonReader::Value json, const DataType& type, Value& value);
  bool ReadText(JsonReader::Value json, BasicType base, std::string_view& text);
  bool KeepText(std::string_view text, BasicType base, std::string_view& kept);
  bool FailTooLarge();
  // A copy in the arena; nullptr: FailTooLarge().
  template <typename T, typename Stored>
  const T* Keep(const Stored* elements, std::size_t count);

  JsonReader* reader_;
  CellRules rules_;
  Arena* arena_;
  std::string text_;
};

}  // namespace pillion
