#include "engine/java/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <utility>

#include "engine/java/regex_translator.h"

namespace pillion {
namespace {

constexpr std::size_t kPatternBytesMax = 64 * 1024;
// Per start position of a search: far over what sane patterns need, and a fraction of a second.
constexpr std::uint32_t kMatchStepsMax = 2'000'000;
constexpr std::uint32_t kMatchMemoryKibibytesMax = 16 * 1024;

void* AllocateFromArena(PCRE2_SIZE size, void* arena) {
  return static_cast<Arena*>(arena)->Allocate<std::max_align_t>(size / sizeof(std::max_align_t) +
                                                                1);
}
void FreeWithArena(void*, void*) {}

// A list that grows in an arena.
class Views {
 public:
  explicit Views(Arena& arena) : arena_(arena) {}

  // `with_half`: behind half of a character, which Java writes as "?".
  bool Add(const char* begin, const char* end, bool with_half = false) noexcept {
    if (with_half) {
      const auto size = static_cast<std::size_t>(end - begin);
      char* text = arena_.Allocate<char>(size + 1);
      if (text == nullptr) return false;
      *text = '?';
      end = std::copy(begin, end, text + 1);
      begin = text;
    }
    if (count_ == capacity_) {
      const std::size_t larger = std::max<std::size_t>(16, capacity_ * 2);
      auto* views = arena_.Allocate<std::string_view>(larger);
      if (views == nullptr) return false;
      std::copy_n(views_, count_, views);
      views_ = views;
      capacity_ = larger;
    }
    views_[count_++] = {begin, static_cast<std::size_t>(end - begin)};
    return true;
  }
  void DropEmptyTail() noexcept {
    while (count_ > 0 && views_[count_ - 1].empty()) --count_;
  }
  std::span<std::string_view> All() const noexcept { return {views_, count_}; }

 private:
  Arena& arena_;
  std::string_view* views_ = nullptr;
  std::size_t count_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace

struct JavaRegex::Code {
  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;  // read by matches, never written

  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() {
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }
};

JavaRegex::JavaRegex(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
JavaRegex::JavaRegex(JavaRegex&&) noexcept = default;
JavaRegex& JavaRegex::operator=(JavaRegex&&) noexcept = default;
JavaRegex::~JavaRegex() = default;

tl::expected<JavaRegex, std::string> JavaRegex::Compile(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) {
    return tl::unexpected(fmt::format("the pattern is longer than {} bytes", kPatternBytesMax));
  }
  const tl::expected<std::string, std::string> translated = TranslateJavaRegex(pattern);
  if (!translated) return tl::unexpected(translated.error());
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_unique<Code>();
  code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated->data()), translated->size(),
                             PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr);
  if (code->code == nullptr) {
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(error, text, sizeof(text));
    return tl::unexpected(std::string(reinterpret_cast<const char*>(text)));
  }
  // Without leave to make code executable, matches are interpreted.
  pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);
  code->limits = pcre2_match_context_create(nullptr);
  if (code->limits == nullptr) return tl::unexpected(std::string("out of memory"));
  pcre2_set_match_limit(code->limits, kMatchStepsMax);
  pcre2_set_heap_limit(code->limits, kMatchMemoryKibibytesMax);
  return JavaRegex(std::move(code));
}

// Successive matches in one text.
class JavaRegex::Search {
 public:
  Search(const Code& code, std::string_view text, Arena& arena) noexcept
      : code_(code), text_(text), arena_(arena) {
    pcre2_general_context* memory =
        pcre2_general_context_create(AllocateFromArena, FreeWithArena, &arena);
    if (memory != nullptr) data_ = pcre2_match_data_create_from_pattern(code.code, memory);
  }

  // False at the end, or if code() is not kOk.
  bool Next() noexcept {
    if (data_ == nullptr) return Stop(ScoreCode::kTooLarge);
    is_within_ = std::exchange(is_before_pair_, false) && MatchesWithin();
    if (is_within_ || status_ != ScoreCode::kOk) return is_within_;
    if (from_ > text_.size()) return false;
    int result = Match(text_, from_, checked_);
    // The machine stack was too small for the compiled form.
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = Match(text_, from_, checked_ | PCRE2_NO_JIT);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) return Stop(CodeOf(result));
    checked_ = PCRE2_NO_UTF_CHECK;
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_);
    begin_ = bounds[0];
    end_ = bounds[1];
    from_ = end_ > begin_ ? end_ : AfterCharacter(end_);
    is_before_pair_ = end_ == begin_ && from_ - end_ == 4;
    return true;
  }

  // Whether the match is empty and lies within the character at begin(), which in Java consists
  // of two surrogates.
  bool is_within() const noexcept { return is_within_; }
  const char* begin() const noexcept { return text_.data() + begin_; }
  const char* end() const noexcept { return text_.data() + end_; }
  ScoreCode code() const noexcept { return status_; }

 private:
  int Match(std::string_view text, std::size_t from, std::uint32_t options) noexcept {
    // PCRE2 wants an address even for an empty text.
    const char* bytes = text.data() != nullptr ? text.data() : "";
    return pcre2_match(code_.code, reinterpret_cast<PCRE2_SPTR>(bytes), text.size(), from, options,
                       data_, code_.limits);
  }

  // Java goes on between the surrogates behind an empty match. Two characters of no kind stand
  // for them. Only another empty match can be told in UTF-8.
  bool MatchesWithin() noexcept {
    static constexpr std::string_view kSurrogates = "\uffff\uffff";
    const std::size_t size = text_.size() - 4 + kSurrogates.size();
    char* copy = arena_.Allocate<char>(size);
    if (copy == nullptr) return Stop(ScoreCode::kTooLarge);
    char* out = std::copy_n(text_.data(), end_, copy);
    out = std::copy(kSurrogates.begin(), kSurrogates.end(), out);
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(end_) + 4, text_.end(), out);
    const int result =
        Match({copy, size}, end_ + kSurrogates.size() / 2, PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) return Stop(CodeOf(result));
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_);
    return bounds[0] == bounds[1] || Stop(ScoreCode::kInvalidValue);
  }

  static ScoreCode CodeOf(int error) noexcept {
    const bool no_utf8 = error <= PCRE2_ERROR_UTF8_ERR1 && error >= PCRE2_ERROR_UTF8_ERR21;
    return no_utf8 ? ScoreCode::kInvalidValue : ScoreCode::kTooLarge;
  }

  bool Stop(ScoreCode code) noexcept {
    status_ = code;
    return false;
  }

  // An empty match is followed by a search one character further.
  std::size_t AfterCharacter(std::size_t position) const noexcept {
    ++position;
    while (position < text_.size() && (text_[position] & 0xc0) == 0x80) ++position;
    return position;
  }

  const Code& code_;
  std::string_view text_;
  Arena& arena_;
  pcre2_match_data* data_ = nullptr;
  std::size_t from_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint32_t checked_ = 0;
  bool is_before_pair_ = false;
  bool is_within_ = false;
  ScoreCode status_ = ScoreCode::kOk;
};

ScoreCode JavaRegex::Contains(std::string_view text, Arena& arena, bool* found) const noexcept {
  Search search(*code_, text, arena);
  *found = search.Next();
  return search.code();
}

ScoreCode JavaRegex::FindAll(std::string_view text, Arena& arena,
                             std::span<std::string_view>* matches) const noexcept {
  Search search(*code_, text, arena);
  Views views(arena);
  while (search.Next()) {
    if (!views.Add(search.begin(), search.end())) return ScoreCode::kTooLarge;
  }
  *matches = views.All();
  return search.code();
}

ScoreCode JavaRegex::Split(std::string_view text, Arena& arena,
                           std::span<std::string_view>* pieces) const noexcept {
  Search search(*code_, text, arena);
  Views views(arena);
  const char* piece = text.data();
  bool behind_half = false;
  while (search.Next()) {
    // An empty match at the very beginning separates nothing.
    if (search.end() == text.data() && !search.is_within()) continue;
    if (!views.Add(piece, search.begin(), behind_half || search.is_within())) {
      return ScoreCode::kTooLarge;
    }
    behind_half = search.is_within();
    piece = behind_half ? search.begin() + 4 : search.end();
  }
  if (search.code() != ScoreCode::kOk) return search.code();
  const bool none = piece == text.data();
  if (!views.Add(piece, text.data() + text.size(), behind_half)) return ScoreCode::kTooLarge;
  if (!none) views.DropEmptyTail();
  *pieces = views.All();
  return ScoreCode::kOk;
}

}  // namespace pillion
