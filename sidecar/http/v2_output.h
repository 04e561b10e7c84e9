// Answers as tensors of the Open Inference Protocol, in JSON and in bytes. What a tensor is, is
// v2_tensor.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "sidecar/http/v2_tensor.h"
#include "sidecar/table/json_text.h"

namespace pillion {

// Takes the answers of one column, row by row, and makes a tensor of them.
class V2Output {
 public:
  // REQUIRES: V2ShapeOf(field.type) is something.
  explicit V2Output(Field field);

  // Takes what the value needs off `room`, elements that the answer may still have. An error is
  // one sentence that names the column.
  tl::expected<void, std::string> Add(const Value& value, std::size_t row, std::size_t* room);

  // The members of the tensor's JSON object. With `bytes`, the data is appended there instead; an
  // error then: a null, of which bytes know nothing.
  tl::expected<void, std::string> Write(JsonText& json, std::string* bytes) const;

 private:
  template <typename T>
  void Keep(const Value& value);
  void WriteJson(JsonText& json) const;
  void WriteBytes(std::string* bytes) const;

  Field field_;
  std::size_t row_count_ = 0;
  std::optional<std::vector<std::int32_t>> dimensions_;  // of the rows so far
  std::vector<Value> elements_;
  std::deque<std::string> texts_;
};

}  // namespace pillion
