#include "engine/java/regex_scanner.h"

#include <fmt/format.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <limits>

namespace pillion {
namespace {

bool IsAsciiSpace(std::int32_t c) { return c == ' ' || (c >= 0x9 && c <= 0xd); }
bool IsDigit(std::int32_t c) { return c >= '0' && c <= '9'; }
bool IsOctal(std::int32_t c) { return c >= '0' && c <= '7'; }
bool IsAsciiLetter(std::int32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80; }

int HexValue(std::int32_t c) {
  if (IsDigit(c)) return c - '0';
  const std::int32_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' && c < 0x80 ? lower - 'a' + 10 : -1;
}

std::vector<std::int32_t> Decode(std::string_view text) {
  std::vector<std::int32_t> characters;
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), i, size, c);
    characters.push_back(c);
  }
  return characters;
}

void AppendQuoted(std::int32_t c, bool at_begin, std::vector<std::int32_t>& out) {
  if (IsDigit(c) && at_begin) {  // As "\5" it would be a reference, behind "\1" part of one.
    out.insert(out.end(), {'\\', 'x', '3', c});
    return;
  }
  if (c < 0x80 && !IsAsciiLetter(c) && !IsDigit(c)) out.push_back('\\');
  out.push_back(c);
}

// \Q … \E as single escapes.
std::vector<std::int32_t> Unquote(const std::vector<std::int32_t>& in) {
  std::vector<std::int32_t> out;
  bool quoted = false;
  bool at_begin = false;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool pair = in[i] == '\\' && i + 1 < in.size();
    if (pair && in[i + 1] == (quoted ? 'E' : 'Q')) {
      quoted = !quoted;
      at_begin = true;
      ++i;
      continue;
    }
    if (quoted) {
      AppendQuoted(in[i], at_begin, out);
    } else {
      out.push_back(in[i]);
      if (pair) out.push_back(in[++i]);
    }
    at_begin = false;
  }
  return out;
}

}  // namespace

JavaRegexScanner::JavaRegexScanner(std::string_view pattern)
    : characters_(Unquote(Decode(pattern))), length_(characters_.size()) {}

std::string JavaRegexScanner::Fail(std::string_view complaint) {
  if (!error_) error_ = fmt::format("{} (near position {})", complaint, cursor_);
  cursor_ = length_;
  return "";
}

void JavaRegexScanner::SkipBlanks() {
  if (!flags_.comments) return;
  while (cursor_ < length_ && (IsAsciiSpace(At(cursor_)) || At(cursor_) == '#')) {
    if (At(cursor_) != '#') {
      ++cursor_;
      continue;
    }
    const auto is_line_end = [this](std::int32_t c) {
      if (flags_.unix_lines) return c == '\n';
      return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
    };
    while (cursor_ < length_ && !is_line_end(At(cursor_))) ++cursor_;
  }
}

std::int32_t JavaRegexScanner::Peek() {
  SkipBlanks();
  return At(cursor_);
}

std::int32_t JavaRegexScanner::Next() {
  ++cursor_;
  return Peek();
}

std::int32_t JavaRegexScanner::Read() {
  const std::int32_t c = Peek();
  ++cursor_;
  return c;
}

std::int32_t JavaRegexScanner::Skip() {
  const std::int32_t c = At(cursor_ + 1);
  cursor_ += 2;
  return c;
}

void JavaRegexScanner::Accept(std::int32_t c, std::string_view complaint) {
  if (AtEnd() || Read() != c) Fail(complaint);
}

std::int32_t JavaRegexScanner::TakeHex(int digits) {
  std::int32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = HexValue(Read());
    if (digit < 0) {
      Fail("a hexadecimal escape is incomplete");
      return 0;
    }
    value = value * 16 + digit;
  }
  return value;
}

std::int32_t JavaRegexScanner::TakeHexEscape() {
  if (Peek() != '{') return TakeHex(2);
  Read();
  std::int32_t value = 0;
  std::int32_t c = Read();
  if (HexValue(c) < 0) Fail("a hexadecimal escape is incomplete");
  for (; HexValue(c) >= 0 && value <= 0x10ffff; c = Read()) value = value * 16 + HexValue(c);
  if (value > 0x10ffff || c != '}') Fail("a hexadecimal escape is too large or not closed");
  return value;
}

// Two escapes can be the halves of one character.
std::int32_t JavaRegexScanner::TakeUnicodeEscape() {
  const std::int32_t first = TakeHex(4);
  if (!U16_IS_LEAD(first) || At(cursor_) != '\\' || At(cursor_ + 1) != 'u') return first;
  const std::size_t before = cursor_;
  cursor_ += 2;
  const std::int32_t second = TakeHex(4);
  if (U16_IS_TRAIL(second)) return U16_GET_SUPPLEMENTARY(first, second);
  cursor_ = before;
  return first;
}

std::int32_t JavaRegexScanner::TakeOctalEscape() {
  if (!IsOctal(Peek())) {
    Fail("an octal escape without digits");
    return 0;
  }
  const std::int32_t first = Read() - '0';
  std::int32_t value = first;
  for (int i = 1; i < (first <= 3 ? 3 : 2) && IsOctal(Peek()); ++i)
    value = value * 8 + Read() - '0';
  return value;
}

std::int32_t JavaRegexScanner::TakeCharacterEscape(bool in_range) {
  if (cursor_ + 1 >= length_) {
    Fail("a backslash at the end");
    return 0;
  }
  const std::int32_t c = Skip();
  switch (c) {
    case '0': return TakeOctalEscape();
    case 'a': return 0x7;
    case 'c': {
      if (AtEnd()) break;
      return Read() ^ 64;
    }
    case 'e': return 0x1b;
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': return TakeUnicodeEscape();
    case 'v':
      if (in_range) return '\v';
      break;
    case 'x': return TakeHexEscape();
    default:
      if (!IsAsciiLetter(c) && !IsDigit(c)) return c;
  }
  Fail(fmt::format("the escape '\\{}' is not known or not supported here",
                   c < 0x80 ? std::string(1, static_cast<char>(c)) : std::string("?")));
  return 0;
}

std::string JavaRegexScanner::TakePropertyName(bool* negated) {
  *negated = Skip() == 'P';
  std::string name;
  const auto append = [&name](std::int32_t c) { name += c < 0x80 ? static_cast<char>(c) : '?'; };
  if (Peek() != '{') {
    if (!AtEnd()) append(Read());
    return name;
  }
  for (++cursor_; cursor_ < length_ && At(cursor_) != '}'; ++cursor_) append(At(cursor_));
  if (AtEnd()) Fail("a property is not closed");
  ++cursor_;
  return name;
}

std::string JavaRegexScanner::TakeCounts() {
  std::string out = "{";
  std::int64_t least = 0;
  const auto take_number = [&](std::int64_t* number) {
    for (; IsDigit(Peek()); Read()) {
      *number = *number * 10 + (Peek() - '0');
      if (*number > std::numeric_limits<std::int32_t>::max()) {
        Fail("a repetition count is too large");
      }
    }
  };
  if (!IsDigit(Skip())) return Fail("'{' without a count");
  Unread();
  take_number(&least);
  out += std::to_string(least);
  if (Peek() == ',') {
    Read();
    out += ',';
    if (Peek() != '}') {
      std::int64_t most = 0;
      take_number(&most);
      if (most < least) return Fail("a repetition range that is empty");
      out += std::to_string(most);
    }
  }
  Accept('}', "'{' is not closed");
  return out + "}";
}

std::string JavaRegexScanner::TakeGroupName(std::int32_t first) {
  std::string name;
  if (!IsAsciiLetter(first)) return Fail("a group's name begins with a letter");
  std::int32_t c = first;
  for (; IsAsciiLetter(c) || IsDigit(c); c = Read()) name += static_cast<char>(c);
  if (c != '>') return Fail("a group's name is not closed");
  return name;
}

}  // namespace pillion
