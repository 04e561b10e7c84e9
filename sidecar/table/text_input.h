// The text that a reader reads: a window that grows forward over a ByteSource, or a whole text in
// memory. What was consumed is forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/load_error.h"
#include "sidecar/table/byte_source.h"

namespace pillion {

class TextInput {
 public:
  // `whole` must outlive the input.
  explicit TextInput(std::string_view whole) : rest_(whole) {}
  // `source` must outlive the input; `name` is for errors.
  TextInput(ByteSource& source, std::string name) : source_(&source), name_(std::move(name)) {}

  // What was read and not consumed.
  std::string_view rest() const { return rest_; }
  // Reads more behind rest(), which moves. False: there is no more. Errors: the source's, and
  // kOverLimit where rest() is longer than `bytes_max`, which `what` names ("a line").
  Result<bool> More(std::size_t bytes_max, std::string_view what);
  void Consume(std::size_t bytes) {
    rest_.remove_prefix(bytes);
    offset_ += bytes;
  }
  // Of rest() in the whole text.
  std::uint64_t offset() const { return offset_; }

  // Called before More() waits for a pipe or a terminal.
  void set_before_wait(std::function<Result<void>()> call) { before_wait_ = std::move(call); }

 private:
  ByteSource* source_ = nullptr;
  std::string name_;
  std::string room_;
  std::string_view rest_;  // of room_, or of the whole text
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  std::function<Result<void>()> before_wait_;
};

}  // namespace pillion
