// The words that Java's String.toLowerCase asks for to find a final sigma: those of the JDK's own
// BreakIterator, whose rules are older and simpler than Unicode's. (Where a character beyond the
// first plane stands before the sigma, the JDK loses its place; that is not followed.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pillion {

// Whether JDK 17 knows the character: its Unicode is version 13.
bool InJavaUnicode(std::int32_t c) noexcept;

// Walks over a text from left to right, so that all its sigmas cost one pass.
class WordCursor {
 public:
  explicit WordCursor(std::string_view text) noexcept : text_(text) {}

  // Whether, in its word, a cased letter stands before the letter at `offset` and none behind.
  // REQUIRES: offsets ascend from call to call.
  bool EndsCased(std::size_t offset) noexcept;

 private:
  void NextWord() noexcept;
  void FindCased() noexcept;

  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t first_cased_ = 0;  // offsets; end_: none
  std::size_t last_cased_ = 0;
};

}  // namespace pillion
