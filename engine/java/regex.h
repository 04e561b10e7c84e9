// Patterns of java.util.regex (JDK 17), compiled at load, matched without the heap.
//
// They run on PCRE2, translated: its compiled patterns are immutable and shared by threads, it
// reads UTF-8 as it lies in the row, and it takes what memory a match needs from the row's arena.
// ICU's engine is nearer to Java's dialect, but wants UTF-16 and a mutable matcher a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "engine/arena.h"
#include "schemas/types/score_code.h"

namespace pillion {

class JavaRegex {
 public:
  // The error says what of the pattern Java or Pillion does not take.
  static tl::expected<JavaRegex, std::string> Compile(std::string_view pattern);

  JavaRegex(JavaRegex&&) noexcept;
  JavaRegex& operator=(JavaRegex&&) noexcept;
  ~JavaRegex();

  // The processor time that the thread may spend on one row's matches, so that a busy machine
  // refuses no row: searches are cut into pieces of some milliseconds at most. It begins with the
  // first that is not quick.
  class Budget {
   public:
    explicit Budget(std::size_t text_bytes) noexcept : text_bytes_(text_bytes) {}

   private:
    friend JavaRegex;
    // Before each search; every few of them look at the clock, and where the time could have been
    // used up, at the thread's own, which costs a system call.
    bool MayBegin() noexcept { return ++searches_ % kQuickSearches != 0 || MayGoOn(); }
    bool MayGoOn() noexcept;

    static constexpr std::uint32_t kQuickSearches = 32;

    std::size_t text_bytes_;
    std::uint32_t searches_ = 0;
    std::int64_t end_ns_ = 0;   // of the thread's processor time; 0: it has not begun
    std::int64_t look_ns_ = 0;  // by the monotonic clock: not over before
  };

  // Codes of all: kTooCostly (a match over its limit of steps, or the row over its time), kTooLarge
  // (over the limit of memory), kInvalidValue (no UTF-8). Results live in `arena`, their texts in
  // `text`.

  // Matcher.find. The budget is of all patterns that are tried on a row.
  ScoreCode Contains(std::string_view text, Arena& arena, Budget& budget,
                     bool* found) const noexcept;
  // All matches, left to right.
  ScoreCode FindAll(std::string_view text, Arena& arena,
                    std::span<std::string_view>* matches) const noexcept;
  // Pattern.split: the pieces between the matches, without empty ones at the end. An empty match
  // can cut a character beyond the first plane: each half becomes "?", as MLeap writes it.
  ScoreCode Split(std::string_view text, Arena& arena,
                  std::span<std::string_view>* pieces) const noexcept;

 private:
  struct Code;
  class Search;

  explicit JavaRegex(std::unique_ptr<const Code> code);

  std::unique_ptr<const Code> code_;
};

}  // namespace pillion
