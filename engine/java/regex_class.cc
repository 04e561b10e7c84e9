// The order of union, intersection and negation is that of the JDK's parser, which is not quite
// an algebra: single characters below U+0100 are gathered apart and join at an "&&" and at the
// end, and a negation holds for the whole class.
#include "engine/java/regex_class.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace pillion {
namespace {

constexpr int kDepthMax = 50;

class ClassParser {
 public:
  ClassParser(JavaRegexScanner& scanner, int depth) : scanner_(scanner), depth_(depth) {}

  // `consume`: the closing bracket is taken.
  CharacterSet Parse(bool consume) {
    if (depth_ > kDepthMax) scanner_.Fail("classes are nested too deep");
    const bool after_bracket = scanner_.Peek() == '[';
    std::int32_t c = scanner_.Next();
    if (c == '^' && after_bracket) {
      negated_ = true;
      c = scanner_.Next();
    }
    while (!scanner_.failed()) {
      if (c == '[') {
        Join(ClassParser(scanner_, depth_ + 1).Parse(true));
      } else if (c == '&' && scanner_.PeekSecond() == '&') {
        scanner_.Next();
        Intersect();
      } else if (c == ']' && (all_ || has_singles_)) {
        if (consume) scanner_.Next();
        if (has_singles_) Join(singles_);
        if (negated_) all_->complement();
        return *all_;
      } else if (scanner_.AtEnd()) {
        scanner_.Fail("a class is not closed");
      } else {
        Range();
      }
      c = scanner_.Peek();
    }
    return {};
  }

 private:
  void Join(const CharacterSet& set) {
    last_ = set;
    if (all_) {
      all_->addAll(set);
    } else {
      all_ = set;
    }
  }

  // At the second "&".
  void Intersect() {
    std::optional<CharacterSet> right;
    std::int32_t c = scanner_.Next();
    while (!scanner_.failed() && c != ']' && c != '&') {
      if (scanner_.AtEnd()) scanner_.Fail("a class is not closed");
      if (c != '[') scanner_.Unread();
      const CharacterSet part = ClassParser(scanner_, depth_ + 1).Parse(c == '[');
      if (right) {
        right->addAll(part);
      } else {
        right = part;
      }
      c = scanner_.Peek();
    }
    if (has_singles_) {
      Join(singles_);  // They stay gathered, and come back with the next single character.
      has_singles_ = false;
    }
    if (right) last_ = right;
    if (!last_) {
      scanner_.Fail("'&&' without a class");
    } else if (!all_) {
      all_ = right;
    } else {
      all_->retainAll(*last_);
    }
  }

  void Range() {
    std::int32_t first = 0;
    if (scanner_.Peek() == '\\') {
      if (std::optional<CharacterSet> set = TakeJavaEscapeClass(scanner_, &first)) {
        return Join(*set);
      }
    } else {
      first = scanner_.Peek();
      scanner_.Next();
    }
    if (scanner_.failed()) return;
    const std::int32_t behind = scanner_.Peek() == '-' ? scanner_.PeekSecond() : ']';
    if (behind == ']' || behind == '[') return Single(first);
    scanner_.Next();
    std::int32_t last = scanner_.Peek();
    if (last == '\\') {
      last = scanner_.TakeCharacterEscape(/*in_range=*/true);
    } else {
      scanner_.Next();
    }
    if (last < first) {
      scanner_.Fail("a range of characters that is empty");
      return;
    }
    Join(JavaRange(first, last, scanner_.flags()));
  }

  static std::optional<CharacterSet> TakeJavaEscapeClass(JavaRegexScanner& scanner,
                                                         std::int32_t* character) {
    // "\v-" begins a range with a vertical tab.
    const bool is_range = scanner.PeekThird() == '-';
    if (!(is_range && scanner.PeekEscaped() == 'v')) {
      if (std::optional<CharacterSet> set = pillion::TakeJavaEscapeClass(scanner)) return set;
    }
    *character = scanner.TakeCharacterEscape(is_range);
    return std::nullopt;
  }

  void Single(std::int32_t c) {
    const CharacterSet set = JavaLiteral(c, scanner_.flags());
    if (c >= 0x100) return Join(set);
    singles_.addAll(set);
    has_singles_ = true;
  }

  JavaRegexScanner& scanner_;
  int depth_;
  std::optional<CharacterSet> all_;
  std::optional<CharacterSet> last_;
  CharacterSet singles_;
  bool has_singles_ = false;
  bool negated_ = false;
};

}  // namespace

CharacterSet ParseJavaClass(JavaRegexScanner& scanner) {
  return ClassParser(scanner, 0).Parse(true);
}

std::optional<CharacterSet> TakeJavaEscapeClass(JavaRegexScanner& scanner) {
  const std::int32_t c = scanner.PeekEscaped();
  bool negated = false;
  std::optional<CharacterSet> set;
  if (c == 'p' || c == 'P') {
    const std::string name = scanner.TakePropertyName(&negated);
    set = JavaProperty(name, scanner.flags());
    if (!set) {
      scanner.Fail(fmt::format("the property '\\p{{{}}}' is not known", name));
      return CharacterSet();
    }
  } else {
    if (c >= 0x80) return std::nullopt;
    negated = c >= 'A' && c <= 'Z';
    set = JavaEscapeClass(static_cast<char>(c | 0x20), scanner.flags());
    if (!set || !((c >= 'a' && c <= 'z') || negated)) return std::nullopt;
    scanner.TakeEscape();
  }
  if (negated) set->complement();
  return set;
}

}  // namespace pillion
