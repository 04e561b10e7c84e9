// Reads a Java pattern character by character, as java.util.regex.Pattern does: blanks and
// comments vanish under the flag x, also inside of classes; \Q … \E is undone beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/java/regex_sets.h"

namespace pillion {

class JavaRegexScanner {
 public:
  explicit JavaRegexScanner(std::string_view pattern);

  JavaRegexFlags& flags() { return flags_; }

  bool AtEnd() const { return cursor_ >= length_; }
  // The current character; 0 at the end. Next() goes to the next one first, Read() afterwards,
  // Skip() takes the one behind the current one; only Skip() minds blanks.
  std::int32_t Peek();
  std::int32_t Next();
  std::int32_t Read();
  std::int32_t Skip();
  void Unread() { --cursor_; }
  void Accept(std::int32_t c, std::string_view complaint);

  // The characters behind the current one, as they stand.
  std::int32_t PeekSecond() const { return At(cursor_ + 1); }
  std::int32_t PeekThird() const { return At(cursor_ + 2); }

  // At a backslash: the character behind it, and the same taken.
  std::int32_t PeekEscaped() const { return PeekSecond(); }
  std::int32_t TakeEscape() { return Skip(); }
  // Takes an escape that stands for one character.
  std::int32_t TakeCharacterEscape(bool in_range);
  // Takes "p{Lu}" or "pL" at a backslash: the name, and whether it is negated.
  std::string TakePropertyName(bool* negated);
  // "{2,3}".
  std::string TakeCounts();
  // A name that begins with `first`, up to and with ">".
  std::string TakeGroupName(std::int32_t first);

  // Notes the first complaint, with the position; parsing may go on, its result is dropped.
  std::string Fail(std::string_view complaint);
  bool failed() const { return error_.has_value(); }
  const std::optional<std::string>& error() const { return error_; }

 private:
  std::int32_t At(std::size_t i) const { return i < characters_.size() ? characters_[i] : 0; }
  void SkipBlanks();
  std::int32_t TakeHex(int digits);
  std::int32_t TakeHexEscape();
  std::int32_t TakeUnicodeEscape();
  std::int32_t TakeOctalEscape();

  std::vector<std::int32_t> characters_;
  std::size_t length_ = 0;
  std::size_t cursor_ = 0;
  JavaRegexFlags flags_;
  std::optional<std::string> error_;
};

}  // namespace pillion
