// The rules, from the JDK's documentation of its word breaks: letters with single punctuation
// marks between them, and numbers alike, alternate in one word; format characters do not count,
// marks belong to what they stand on. Blanks, Kana and Kanji need no rules here, because the
// words that they make hold no cased letter.
#include "engine/java/words.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace pillion {
namespace {

enum class Kind : std::uint8_t { kLetter, kDigit, kMark, kIgnored, kDanda, kOther };

// A format character, but it joins letters as a hyphen does.
constexpr UChar32 kSoftHyphen = 0xad;

bool IsAsianLetter(UChar32 c) noexcept {
  return c == 0x3005 || (c >= 0x3041 && c <= 0x3094) || (c >= 0x3099 && c <= 0x309e) ||
         (c >= 0x30a1 && c <= 0x30fe) || (c >= 0x4e00 && c <= 0x9fa5) ||
         (c >= 0xf900 && c <= 0xfa2d);
}

Kind KindOf(UChar32 c) noexcept {
  if (c == 0x964 || c == 0x965) return Kind::kDanda;
  if (c == kSoftHyphen) return Kind::kOther;
  const std::uint32_t mask = U_GET_GC_MASK(c);
  if ((mask & U_GC_CF_MASK) != 0) return Kind::kIgnored;
  if ((mask & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) return Kind::kMark;
  if ((mask & (U_GC_L_MASK | U_GC_MC_MASK)) != 0) {
    return IsAsianLetter(c) ? Kind::kOther : Kind::kLetter;
  }
  return (mask & U_GC_N_MASK) != 0 ? Kind::kDigit : Kind::kOther;
}

bool IsMidWord(UChar32 c) noexcept {
  return c == '"' || c == '\'' || c == '.' || c == kSoftHyphen || c == 0x2027 ||
         (U_GET_GC_MASK(c) & (U_GC_PD_MASK | U_GC_PC_MASK)) != 0;
}
bool IsMidNumber(UChar32 c) noexcept {
  return c == '"' || c == '\'' || c == ',' || c == '.' || c == 0x66b;
}
bool IsBeforeNumber(UChar32 c) noexcept {
  return c == '#' || c == '.' || (u_charType(c) == U_CURRENCY_SYMBOL && c != 0xa2);
}
bool IsAfterNumber(UChar32 c) noexcept {
  return c == '%' || c == '&' || c == 0xa2 || c == 0x66a || c == 0x2030 || c == 0x2031;
}

// Character.getType and the list of further cased characters of the JDK.
bool IsCased(UChar32 c) noexcept {
  if ((U_GET_GC_MASK(c) & U_GC_LC_MASK) != 0) return true;
  return (c >= 0x2b0 && c <= 0x2b8) || c == 0x2c0 || c == 0x2c1 || (c >= 0x2e0 && c <= 0x2e4) ||
         c == 0x345 || c == 0x37a || (c >= 0x1d2c && c <= 0x1d61) || (c >= 0x2160 && c <= 0x217f) ||
         (c >= 0x24b6 && c <= 0x24e9);
}

// Reads a word from its beginning.
class Reader {
 public:
  Reader(std::string_view text, std::size_t position) noexcept
      : text_(text), position_(static_cast<std::int64_t>(position)) {}

  std::size_t position() const noexcept { return static_cast<std::size_t>(position_); }

  void ReadWord() noexcept {
    bool number_next = false;
    if (IsBeforeNumber(Peek()) && TakeAny()) number_next = true;
    for (;; number_next = !number_next) {
      if (number_next) {
        if (!TakeRun(Kind::kDigit, IsMidNumber)) break;
        if (Kind kind = KindOf(Peek()); kind != Kind::kLetter) {
          if (IsAfterNumber(Peek())) TakeAny();
          break;
        }
      } else if (TakeRun(Kind::kLetter, IsMidWord)) {
        if (KindOf(Peek()) == Kind::kDanda) TakeAny();
      } else if (KindOf(Peek()) != Kind::kDigit) {
        break;
      }
    }
  }

  // One character with the marks on it.
  bool TakeAny() noexcept {
    if (AtEnd()) return false;
    Next();
    SkipIgnored();
    return true;
  }
  void SkipMarks() noexcept {
    while (!AtEnd() && KindOf(Peek()) == Kind::kMark) TakeAny();
  }

 private:
  bool AtEnd() const noexcept { return position() >= text_.size(); }

  UChar32 Next() noexcept {
    UChar32 c = 0;
    U8_NEXT(text_.data(), position_, static_cast<std::int64_t>(text_.size()), c);
    return c;
  }
  UChar32 Peek() noexcept {
    if (AtEnd()) return U_SENTINEL;
    const std::int64_t here = position_;
    const UChar32 c = Next();
    position_ = here;
    return c;
  }
  void SkipIgnored() noexcept {
    while (!AtEnd() && KindOf(Peek()) == Kind::kIgnored) Next();
  }

  // <kind>+ (<middle> <kind>+)*, each with marks.
  bool TakeRun(Kind kind, bool (*is_middle)(UChar32)) noexcept {
    if (AtEnd() || KindOf(Peek()) != kind) return false;
    while (!AtEnd()) {
      if (KindOf(Peek()) == kind) {
        TakeAny();
        SkipMarks();
        continue;
      }
      const std::int64_t before_middle = position_;
      if (!is_middle(Peek())) break;
      TakeAny();
      if (AtEnd() || KindOf(Peek()) != kind) {
        position_ = before_middle;
        break;
      }
    }
    return true;
  }

  std::string_view text_;
  std::int64_t position_;
};

}  // namespace

void WordCursor::NextWord() noexcept {
  begin_ = end_;
  Reader reader(text_, begin_);
  reader.ReadWord();
  if (reader.position() == begin_) {  // no word: one character by itself
    reader.TakeAny();
    reader.SkipMarks();
  }
  end_ = reader.position();
  FindCased();
}

void WordCursor::FindCased() noexcept {
  first_cased_ = end_;
  last_cased_ = begin_;
  const auto end = static_cast<std::int64_t>(end_);
  for (auto i = static_cast<std::int64_t>(begin_); i < end;) {
    const auto start = static_cast<std::size_t>(i);
    UChar32 c = 0;
    U8_NEXT(text_.data(), i, end, c);
    if (c < 0 || !IsCased(c)) continue;
    if (first_cased_ == end_) first_cased_ = start;
    last_cased_ = start;
  }
}

bool WordCursor::EndsCased(std::size_t offset) noexcept {
  while (end_ <= offset) NextWord();
  return first_cased_ < offset && last_cased_ <= offset;
}

}  // namespace pillion
