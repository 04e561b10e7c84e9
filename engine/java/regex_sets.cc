#include "engine/java/regex_sets.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cctype>

namespace pillion {
namespace {

constexpr std::uint32_t kCased = U_GC_LU_MASK | U_GC_LL_MASK | U_GC_LT_MASK;

CharacterSet FromProperty(UProperty property, std::int32_t value) {
  UErrorCode status = U_ZERO_ERROR;
  CharacterSet set;
  set.applyIntPropertyValue(property, value, status);
  return set;
}

// All characters that Java 17 has data for.
const CharacterSet& Known() {
  static const CharacterSet known = [] {
    UErrorCode status = U_ZERO_ERROR;
    CharacterSet set(u"[:Age=13.0:]", status);
    set.removeAll(FromProperty(UCHAR_GENERAL_CATEGORY_MASK, U_GC_CN_MASK));
    return set;
  }();
  return known;
}

// By general categories, a mask of U_GC_… bits.
CharacterSet OfCategories(std::uint32_t mask) {
  CharacterSet set =
      FromProperty(UCHAR_GENERAL_CATEGORY_MASK, static_cast<std::int32_t>(mask & ~U_GC_CN_MASK));
  set.retainAll(Known());
  if ((mask & U_GC_CN_MASK) != 0) {
    CharacterSet unknown = Known();
    set.addAll(unknown.complement());
  }
  return set;
}

CharacterSet Binary(UProperty property) {
  CharacterSet set = FromProperty(property, 1);
  set.retainAll(Known());
  return set;
}

CharacterSet Range(UChar32 first, UChar32 last) { return CharacterSet(first, last); }

CharacterSet Ascii(std::string_view pattern) {
  UErrorCode status = U_ZERO_ERROR;
  return CharacterSet(
      icu::UnicodeString(pattern.data(), static_cast<std::int32_t>(pattern.size()), US_INV),
      status);
}

CharacterSet Union(CharacterSet a, const CharacterSet& b) {
  a.addAll(b);
  return a;
}

CharacterSet Lower() { return Binary(UCHAR_LOWERCASE); }
CharacterSet Upper() { return Binary(UCHAR_UPPERCASE); }
CharacterSet Title() { return OfCategories(U_GC_LT_MASK); }
CharacterSet AnyCase() { return Union(Union(Lower(), Upper()), Title()); }
CharacterSet Digit() { return OfCategories(U_GC_ND_MASK); }
CharacterSet Blank() { return OfCategories(U_GC_ZS_MASK).add(0x9); }
CharacterSet WhiteSpace() { return OfCategories(U_GC_Z_MASK).add(0x9, 0xd).add(0x85); }

CharacterSet HexDigit() {
  return Digit().add('A', 'F').add('a', 'f').add(0xff21, 0xff26).add(0xff41, 0xff46);
}

CharacterSet Graph() {
  CharacterSet set = OfCategories(U_GC_Z_MASK | U_GC_CC_MASK | U_GC_CS_MASK | U_GC_CN_MASK);
  set.complement();
  return set;
}

CharacterSet Word() {
  CharacterSet set = OfCategories(U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK);
  set.addAll(Binary(UCHAR_ALPHABETIC)).add(0x200c, 0x200d);
  return set;
}

std::string ToUpper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// The Unicode forms of the POSIX names: with the flag U, or as \p{IsAlpha}.
std::optional<CharacterSet> UnicodePosix(const std::string& upper_name, bool any_case) {
  if (upper_name == "ALPHA") return Binary(UCHAR_ALPHABETIC);
  if (upper_name == "LOWER") return any_case ? AnyCase() : Lower();
  if (upper_name == "UPPER") return any_case ? AnyCase() : Upper();
  if (upper_name == "SPACE") return WhiteSpace();
  if (upper_name == "PUNCT") return OfCategories(U_GC_P_MASK);
  if (upper_name == "XDIGIT") return HexDigit();
  if (upper_name == "ALNUM") return Union(Binary(UCHAR_ALPHABETIC), Digit());
  if (upper_name == "CNTRL") return OfCategories(U_GC_CC_MASK);
  if (upper_name == "DIGIT") return Digit();
  if (upper_name == "BLANK") return Blank();
  if (upper_name == "GRAPH") return Graph();
  if (upper_name == "PRINT") return Union(Graph(), Blank()).removeAll(OfCategories(U_GC_CC_MASK));
  return std::nullopt;
}

std::optional<CharacterSet> UnicodeBinary(const std::string& upper_name, bool any_case) {
  if (upper_name == "ALPHABETIC") return Binary(UCHAR_ALPHABETIC);
  if (upper_name == "IDEOGRAPHIC") return Binary(UCHAR_IDEOGRAPHIC);
  if (upper_name == "LETTER") return OfCategories(U_GC_L_MASK);
  if (upper_name == "LOWERCASE") return any_case ? AnyCase() : Lower();
  if (upper_name == "UPPERCASE") return any_case ? AnyCase() : Upper();
  if (upper_name == "TITLECASE") return any_case ? AnyCase() : Title();
  if (upper_name == "PUNCTUATION") return OfCategories(U_GC_P_MASK);
  if (upper_name == "CONTROL") return OfCategories(U_GC_CC_MASK);
  if (upper_name == "WHITESPACE" || upper_name == "WHITE_SPACE") return WhiteSpace();
  if (upper_name == "HEXDIGIT" || upper_name == "HEX_DIGIT") return HexDigit();
  if (upper_name == "JOINCONTROL" || upper_name == "JOIN_CONTROL") return Range(0x200c, 0x200d);
  if (upper_name == "ASSIGNED") return Known();
  if (upper_name == "WORD") return Word();
  return std::nullopt;
}

std::optional<CharacterSet> AsciiPosix(const std::string& name, bool any_case) {
  if (name == "ASCII") return Range(0, 0x7f);
  if (name == "Alnum") return Ascii("[A-Za-z0-9]");
  if (name == "Alpha") return Ascii("[A-Za-z]");
  if (name == "Blank") return Ascii("[\\ \\t]");
  if (name == "Cntrl") return Range(0, 0x1f).add(0x7f);
  if (name == "Digit") return Range('0', '9');
  if (name == "Graph") return Range(0x21, 0x7e);
  if (name == "Lower") return any_case ? Ascii("[A-Za-z]") : Range('a', 'z');
  if (name == "Print") return Range(0x20, 0x7e);
  if (name == "Punct") return Range(0x21, 0x7e).removeAll(Ascii("[A-Za-z0-9]"));
  if (name == "Space") return Range(0x9, 0xd).add(' ');
  if (name == "Upper") return any_case ? Ascii("[A-Za-z]") : Range('A', 'Z');
  if (name == "XDigit") return Ascii("[0-9A-Fa-f]");
  if (name == "L1") return Range(0, 0xff);
  if (name == "all") return Range(0, 0x10ffff);
  return std::nullopt;
}

// Of class Character, by "java" and the name of its method.
std::optional<CharacterSet> JavaMethod(const std::string& name, bool any_case) {
  if (name == "javaLowerCase") return any_case ? AnyCase() : Lower();
  if (name == "javaUpperCase") return any_case ? AnyCase() : Upper();
  if (name == "javaTitleCase") return any_case ? AnyCase() : Title();
  if (name == "javaAlphabetic") return Binary(UCHAR_ALPHABETIC);
  if (name == "javaIdeographic") return Binary(UCHAR_IDEOGRAPHIC);
  if (name == "javaDigit") return Digit();
  if (name == "javaDefined") return Known();
  if (name == "javaLetter") return OfCategories(U_GC_L_MASK);
  if (name == "javaLetterOrDigit") return OfCategories(U_GC_L_MASK | U_GC_ND_MASK);
  if (name == "javaSpaceChar") return OfCategories(U_GC_Z_MASK);
  if (name == "javaISOControl") return Range(0, 0x1f).add(0x7f, 0x9f);
  if (name == "javaMirrored") return Binary(UCHAR_BIDI_MIRRORED);
  if (name == "javaWhitespace") {
    return OfCategories(U_GC_Z_MASK)
        .remove(0xa0)
        .remove(0x2007)
        .remove(0x202f)
        .add(0x9, 0xd)
        .add(0x1c, 0x1f);
  }
  return std::nullopt;
}

std::optional<CharacterSet> Category(const std::string& name, bool any_case) {
  if (name == "LD") return OfCategories(U_GC_L_MASK | U_GC_ND_MASK);
  const bool known_form = (name.size() == 1 && std::isupper(static_cast<unsigned char>(name[0]))) ||
                          (name.size() == 2 && std::isupper(static_cast<unsigned char>(name[0])) &&
                           (std::islower(static_cast<unsigned char>(name[1])) || name == "LC"));
  if (!known_form) return std::nullopt;
  const std::int32_t mask = u_getPropertyValueEnum(UCHAR_GENERAL_CATEGORY_MASK, name.c_str());
  if (mask == UCHAR_INVALID_CODE) return std::nullopt;
  const auto bits = static_cast<std::uint32_t>(mask);
  const bool is_one_case = bits == U_GC_LU_MASK || bits == U_GC_LL_MASK || bits == U_GC_LT_MASK;
  return OfCategories(any_case && is_one_case ? kCased : bits);
}

std::optional<CharacterSet> Named(const std::string& name, bool any_case) {
  if (std::optional<CharacterSet> set = AsciiPosix(name, any_case)) return set;
  if (std::optional<CharacterSet> set = JavaMethod(name, any_case)) return set;
  return Category(name, any_case);
}

std::optional<CharacterSet> ByValue(UProperty property, const std::string& name) {
  const std::int32_t value = u_getPropertyValueEnum(property, name.c_str());
  if (value == UCHAR_INVALID_CODE) return std::nullopt;
  CharacterSet set = FromProperty(property, value);
  if (property == UCHAR_SCRIPT) set.retainAll(Known());
  return set;
}

UChar32 Fold(UChar32 c) { return u_tolower(u_toupper(c)); }

}  // namespace

std::optional<CharacterSet> JavaProperty(const std::string& name, const JavaRegexFlags& flags) {
  const bool any_case = flags.ignore_case;
  if (const std::size_t equals = name.find('='); equals != std::string::npos) {
    const std::string key = ToUpper(name.substr(0, equals));
    const std::string value = name.substr(equals + 1);
    if (key == "SC" || key == "SCRIPT") return ByValue(UCHAR_SCRIPT, value);
    if (key == "BLK" || key == "BLOCK") return ByValue(UCHAR_BLOCK, value);
    if (key == "GC" || key == "GENERAL_CATEGORY") return Named(value, any_case);
    return std::nullopt;
  }
  if (name.starts_with("In")) return ByValue(UCHAR_BLOCK, name.substr(2));
  if (name.starts_with("Is")) {
    const std::string rest = name.substr(2);
    if (auto set = UnicodeBinary(ToUpper(rest), any_case)) return set;
    if (auto set = UnicodePosix(ToUpper(rest), any_case)) return set;
    if (auto set = Named(rest, any_case)) return set;
    return ByValue(UCHAR_SCRIPT, rest);
  }
  if (flags.unicode_classes) {
    if (auto set = UnicodePosix(ToUpper(name), any_case)) return set;
  }
  return Named(name, any_case);
}

std::optional<CharacterSet> JavaEscapeClass(char letter, const JavaRegexFlags& flags) {
  const bool unicode = flags.unicode_classes;
  switch (letter) {
    case 'd': return unicode ? Digit() : Range('0', '9');
    case 's': return unicode ? WhiteSpace() : Range(0x9, 0xd).add(' ');
    case 'w': return unicode ? Word() : Ascii("[A-Za-z0-9_]");
    case 'h':
      return Range(0x2000, 0x200a)
          .add(' ')
          .add(0x9)
          .add(0xa0)
          .add(0x1680)
          .add(0x180e)
          .add(0x202f)
          .add(0x205f)
          .add(0x3000);
    case 'v': return Range(0xa, 0xd).add(0x85).add(0x2028, 0x2029);
    default: return std::nullopt;
  }
}

CharacterSet JavaLiteral(std::int32_t c, const JavaRegexFlags& flags) {
  CharacterSet set(c, c);
  if (!flags.ignore_case) return set;
  if (!flags.unicode_case) {
    if (c < 0x80) set.add(u_tolower(c)).add(u_toupper(c));
    return set;
  }
  // All that fold alike are among the closure of case and its neighbours.
  CharacterSet near = set;
  near.add(Fold(c)).closeOver(USET_ADD_CASE_MAPPINGS).closeOver(USET_CASE_INSENSITIVE);
  for (std::int32_t i = 0; i < near.getRangeCount(); ++i) {
    for (UChar32 x = near.getRangeStart(i); x <= near.getRangeEnd(i); ++x) {
      if (Fold(x) == Fold(c)) set.add(x);
    }
  }
  // The dotted and the dotless I fold to i in Java, which the closures do not know.
  if (Fold(c) == 'i') set.add('i').add('I').add(0x130).add(0x131);
  return set;
}

CharacterSet JavaRange(std::int32_t first, std::int32_t last, const JavaRegexFlags& flags) {
  CharacterSet set(first, last);
  if (!flags.ignore_case) return set;
  const UChar32 last_tried = flags.unicode_case ? 0x1ffff : 0x7f;
  for (UChar32 c = 0; c <= last_tried; ++c) {
    const UChar32 upper = u_toupper(c);
    const UChar32 lower = flags.unicode_case ? u_tolower(upper) : u_tolower(c);
    const auto inside = [&](UChar32 x) { return x >= first && x <= last; };
    if (inside(upper) || inside(lower)) set.add(c);
  }
  return set;
}

}  // namespace pillion
