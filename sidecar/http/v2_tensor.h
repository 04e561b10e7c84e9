// Tensors of the Open Inference Protocol, version 2, as columns: the first dimension counts rows.
// Types and both forms, JSON and raw bytes (Triton's extension binary_data), are those of
// https://github.com/kserve/open-inference-protocol and Triton's protocol/extension_binary_data.md.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion {

// Of an input's tensor, and of all tensors of an answer: sparse vectors are few bytes in a row, but
// not in a tensor.
inline constexpr std::size_t kV2ElementsMax = std::size_t{1} << 22;

// "FP64" of double.
std::string_view V2NameOf(BasicType base) noexcept;

// [-1], or [-1, 86] of a vector; nothing: a map, which no tensor can hold.
std::optional<std::vector<std::int64_t>> V2ShapeOf(const DataType& type);

struct V2Input {
  std::string name;
  std::string datatype;
  std::vector<std::int64_t> shape;
  std::string json;                           // the array "data"; empty: none
  std::optional<std::uint64_t> binary_bytes;  // parameters.binary_data_size
  std::string_view binary;                    // so many bytes of the body
};

// A column of the rows that a request holds.
class V2Column {
 public:
  // For the model's column of type `wanted`. The values view the input, and this. An error is one
  // sentence that names the input.
  static tl::expected<V2Column, std::string> Read(const V2Input& input, const DataType& wanted);

  const Field& field() const { return field_; }  // the type is the tensor's own
  std::size_t row_count() const { return row_count_; }
  // Lists and tensors are put together in `arena`, which must have room.
  Value Row(std::size_t row, Arena& arena) const;

 private:
  V2Column() = default;

  Field field_;
  std::size_t row_count_ = 0;
  std::vector<std::int32_t> dimensions_;  // of a row
  std::size_t row_size_ = 1;              // elements of a row
  std::vector<Value> elements_;           // [row][element]
  std::deque<std::string> texts_;         // that elements view
};

}  // namespace pillion
