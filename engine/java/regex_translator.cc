// A recursive descent over Java's grammar. Everything that matches one character becomes an
// explicit set, and every anchor an assertion over such sets, so that no default of PCRE2 (case,
// line ends, Unicode version) shows through; groups, alternatives and quantifiers mean the same
// in both dialects and pass as they are.
#include "engine/java/regex_translator.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <optional>

#include "engine/java/regex_class.h"
#include "engine/java/regex_scanner.h"
#include "engine/java/regex_sets.h"

namespace pillion {
namespace {

using Scanner = JavaRegexScanner;

constexpr int kDepthMax = 100;

// One character of `set`; nothing if it is empty. Surrogates do not occur in UTF-8.
std::string OneOf(CharacterSet set) {
  set.remove(0xd800, 0xdfff);
  if (set.isEmpty()) return "(?!)";
  std::string out = "[";
  for (std::int32_t i = 0; i < set.getRangeCount(); ++i) {
    const auto first = static_cast<std::uint32_t>(set.getRangeStart(i));
    const auto last = static_cast<std::uint32_t>(set.getRangeEnd(i));
    fmt::format_to(std::back_inserter(out), "\\x{{{:x}}}", first);
    if (last > first) fmt::format_to(std::back_inserter(out), "-\\x{{{:x}}}", last);
  }
  return out + "]";
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : scanner_(pattern) {}

  std::string Run() {
    std::string out = Alternatives();
    if (!scanner_.AtEnd()) scanner_.Fail("unmatched closing ')'");
    return out;
  }
  const std::optional<std::string>& error() const { return scanner_.error(); }

 private:
  JavaRegexFlags& flags() { return scanner_.flags(); }

  std::string Alternatives() {
    std::string out;
    if (++depth_ > kDepthMax) scanner_.Fail("groups are nested too deep");
    while (!scanner_.failed()) {
      out += Sequence();
      if (scanner_.Peek() != '|') break;
      scanner_.Next();
      out += '|';
    }
    --depth_;
    return out;
  }

  std::string Sequence() {
    std::string out;
    while (!scanner_.failed() && !scanner_.AtEnd()) {
      const std::int32_t c = scanner_.Peek();
      if (c == '|' || c == ')' || scanner_.AtEnd()) break;
      const std::string item = Item(c);
      if (item.empty()) continue;  // An inline flag stands for nothing that could be repeated.
      const std::string quantifier = Quantifier();
      // Possessive, Java keeps what each round has matched; PCRE2 only what all have.
      const bool possessive = quantifier.size() > 1 && quantifier.back() == '+';
      out += (possessive ? "(?>" + item + ")" : item) + quantifier;
    }
    return out;
  }

  std::string Item(std::int32_t c) {
    switch (c) {
      case '(': return Group();
      case '[': return OneOf(ParseJavaClass(scanner_));
      case '\\': return Escape();
      case '^': scanner_.Next(); return Caret();
      case '$': scanner_.Next(); return Dollar(flags().multiline);
      case '.': scanner_.Next(); return Dot();
      case '*':
      case '+':
      case '?':
      case '{': return scanner_.Fail("nothing to repeat");
      default: scanner_.Next(); return OneOf(JavaLiteral(c, flags()));
    }
  }

  std::string Dot() {
    CharacterSet set(0, 0x10ffff);
    if (!flags().dot_all) set.remove('\n');
    if (!flags().dot_all && !flags().unix_lines) {
      set.remove('\r').remove(0x85).remove(0x2028, 0x2029);
    }
    return OneOf(set);
  }

  // Behind a line end, but not at the end of the text.
  std::string Caret() {
    if (!flags().multiline) return "(?:\\A)";
    if (flags().unix_lines) return R"((?:(?!\z)(?:\A|(?<=\n))))";
    return R"((?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))))";
  }

  // At the end or before the last line end (multiline: any); never within \r\n.
  std::string Dollar(bool multiline) {
    if (flags().unix_lines) return multiline ? R"((?:(?=\n)|\z))" : R"((?:(?=\n?\z)))";
    const std::string_view end = multiline ? "" : R"(\z)";
    return fmt::format(
        R"((?:\z|(?=\r\n{0})|(?=[\r\x{{85}}\x{{2028}}\x{{2029}}]{0})|(?<!\r)(?=\n{0})))", end);
  }

  // A word ends where one side is a word character and the other is not; a mark counts as what
  // it stands on. Up to four marks are followed, because PCRE2 looks behind by fixed lengths.
  // The sets are PCRE2's own, which know Unicode 14: spelled out they would fill a pattern.
  std::string Boundary() {
    const std::string_view word = flags().unicode_classes
                                      ? R"([\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d}])"
                                      : R"([\p{L}\p{Nd}_])";
    std::string marked;
    for (int count = 1; count <= 4; ++count) {
      marked += fmt::format(R"(|[\p{{L}}\p{{Nd}}]\p{{Mn}}{{{}}})", count);
    }
    return fmt::format(
        R"((?:(?<={0}{1})(?!{0})(?!(?<=[\p{{L}}\p{{Nd}}]{1})\p{{Mn}})|(?<!{0}{1})(?={0})))", word,
        marked);
  }

  std::string Escape() {
    const std::int32_t c = scanner_.PeekEscaped();
    switch (c) {
      case 'A': scanner_.TakeEscape(); return "(?:\\A)";
      case 'z': scanner_.TakeEscape(); return "(?:\\z)";
      case 'Z': scanner_.TakeEscape(); return Dollar(false);
      case 'B': scanner_.TakeEscape(); return "(?!" + Boundary() + ")";
      case 'R': scanner_.TakeEscape(); return R"((?:\r\n|[\n\x{b}\f\r\x{85}\x{2028}\x{2029}]))";
      case 'b':
        scanner_.TakeEscape();
        if (scanner_.Peek() == '{' && scanner_.PeekSecond() == 'g') {
          return scanner_.Fail("'\\b{g}', grapheme boundaries, is not supported");
        }
        return Boundary();
      case 'G': return scanner_.Fail("'\\G', the end of the last match, is not supported");
      case 'X': return scanner_.Fail("'\\X', grapheme clusters, is not supported");
      case 'k': return NamedReference();
      default: break;
    }
    if (c >= '1' && c <= '9') return Reference();
    if (std::optional<CharacterSet> set = TakeJavaEscapeClass(scanner_)) return OneOf(*set);
    const std::int32_t literal = scanner_.TakeCharacterEscape(/*in_range=*/false);
    return scanner_.failed() ? "" : OneOf(JavaLiteral(literal, flags()));
  }

  // Takes more digits as long as there is a group of that number.
  std::string Reference() {
    std::int32_t number = scanner_.TakeEscape() - '0';
    while (scanner_.Peek() >= '0' && scanner_.Peek() <= '9') {
      const std::int32_t longer = number * 10 + (scanner_.Peek() - '0');
      if (longer > group_count_) break;
      number = longer;
      scanner_.Read();
    }
    return ReferenceTo(number);
  }

  std::string NamedReference() {
    scanner_.TakeEscape();
    if (scanner_.Read() != '<') return scanner_.Fail("'\\k' is not followed by '<'");
    const auto it = names_.find(scanner_.TakeGroupName(scanner_.Read()));
    if (it == names_.end()) return scanner_.Fail("no group of that name");
    return ReferenceTo(it->second);
  }

  std::string ReferenceTo(std::int32_t number) {
    if (flags().ignore_case) return scanner_.Fail("a reference that ignores case");
    if (look_behind_depth_ > 0) return scanner_.Fail("a reference while looking behind");
    if (number > group_count_) return "(?!)";  // Never matches in Java.
    return fmt::format("(?:\\g{{{}}})", number);
  }

  std::string Group() {
    const JavaRegexFlags saved = flags();
    std::string open = "(";
    if (scanner_.Next() != '?') {
      ++group_count_;
    } else {
      const std::int32_t kind = scanner_.Skip();
      if (kind == ':' || kind == '=' || kind == '!' || kind == '>') {
        open = std::string("(?") + static_cast<char>(kind);
      } else if (kind == '<') {
        open = AngleGroup();
      } else {
        scanner_.Unread();
        if (TakeFlags()) return "";
        open = "(?:";
      }
    }
    const bool looks_behind = open.starts_with("(?<");
    look_behind_depth_ += looks_behind ? 1 : 0;
    std::string out = open + Alternatives() + ")";
    look_behind_depth_ -= looks_behind ? 1 : 0;
    scanner_.Accept(')', "a group is not closed");
    flags() = saved;
    return out;
  }

  // (?<= and (?<! look behind; (?<name> is a group, by number for PCRE2.
  std::string AngleGroup() {
    const std::int32_t c = scanner_.Read();
    if (c == '=' || c == '!') return std::string("(?<") + static_cast<char>(c);
    const std::string name = scanner_.TakeGroupName(c);
    if (!names_.try_emplace(name, ++group_count_).second) {
      return scanner_.Fail("two groups of one name");
    }
    return "(";
  }

  // Whether the flags hold for the rest of the enclosing group: "(?i)" rather than "(?i:".
  bool TakeFlags() {
    bool value = true;
    for (std::int32_t c = scanner_.Peek();; c = scanner_.Next()) {
      switch (c) {
        case 'i': flags().ignore_case = value; continue;
        case 'm': flags().multiline = value; continue;
        case 's': flags().dot_all = value; continue;
        case 'd': flags().unix_lines = value; continue;
        case 'u': flags().unicode_case = value; continue;
        case 'x': flags().comments = value; continue;
        case 'U': flags().unicode_classes = flags().unicode_case = value; continue;
        case '-':
          if (!value) break;
          value = false;
          continue;
        default: break;
      }
      break;
    }
    const std::int32_t end = scanner_.Read();
    if (end != ')' && end != ':') scanner_.Fail("unknown group or inline flag");
    return end == ')';
  }

  std::string Quantifier() {
    std::string out;
    const std::int32_t c = scanner_.Peek();
    if (c == '*' || c == '+' || c == '?') {
      out = static_cast<char>(c);
      scanner_.Next();
    } else if (c == '{') {
      out = scanner_.TakeCounts();
    } else {
      return "";
    }
    if (const std::int32_t mode = scanner_.Peek(); mode == '?' || mode == '+') {
      out += static_cast<char>(mode);
      scanner_.Next();
    }
    return out;
  }

  Scanner scanner_;
  std::map<std::string, std::int32_t> names_;
  std::int32_t group_count_ = 0;
  int depth_ = 0;
  int look_behind_depth_ = 0;
};

}  // namespace

tl::expected<std::string, std::string> TranslateJavaRegex(std::string_view pattern) {
  Translator translator(pattern);
  std::string out = translator.Run();
  if (translator.error()) return tl::unexpected(*translator.error());
  return out;
}

}  // namespace pillion
