#include "engine/java/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "engine/java/regex_translator.h"

namespace pillion {
namespace {

constexpr std::size_t kPatternBytesMax = 64 * 1024;
// Per start position of a search: far over what sane patterns need, which is a few where PCRE2
// compiles to machine code; some ten milliseconds.
constexpr std::uint32_t kMatchStepsMax = 2'000'000;
constexpr std::uint32_t kMatchMemoryKibibytesMax = 16 * 1024;
// Of a piece, all its start positions together: about a millisecond.
constexpr std::size_t kQuickSteps = 256 * 1024;
constexpr std::uint32_t kQuickStepsMin = 64;  // per start position
// Start positions of a piece times the characters that each may pass over, which PCRE2 does not
// count: some milliseconds.
constexpr std::size_t kPieceCharacters = 8 << 20;
constexpr std::size_t kPieceStartsMax = 16 * 1024;

constexpr std::int64_t kRowNs = 20'000'000;
constexpr std::int64_t kByteNs = 100;  // three times what tokenizers of words need

std::int64_t NowNs(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

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

bool JavaRegex::Budget::MayGoOn() noexcept {
  const std::int64_t now_ns = NowNs(CLOCK_MONOTONIC);
  if (now_ns < look_ns_) return true;
  const std::int64_t used_ns = NowNs(CLOCK_THREAD_CPUTIME_ID);
  if (end_ns_ == 0) {
    end_ns_ = used_ns + kRowNs + kByteNs * static_cast<std::int64_t>(text_bytes_);
  }
  // The thread's time does not pass faster than the clock's.
  look_ns_ = now_ns + (end_ns_ - used_ns);
  return used_ns < end_ns_;
}

struct JavaRegex::Code {
  pcre2_code* code = nullptr;

  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcre2_code_free(code); }
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
                             PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT, &error,
                             &offset, nullptr);
  if (code->code == nullptr) {
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(error, text, sizeof(text));
    return tl::unexpected(std::string(reinterpret_cast<const char*>(text)));
  }
  // Without leave to make code executable, matches are interpreted.
  pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);
  return JavaRegex(std::move(code));
}

// Successive matches in one text.
class JavaRegex::Search {
 public:
  Search(const Code& code, std::string_view text, Arena& arena, Budget& budget) noexcept
      : code_(code), text_(text), arena_(arena), budget_(budget) {
    pcre2_general_context* memory =
        pcre2_general_context_create(AllocateFromArena, FreeWithArena, &arena);
    if (memory == nullptr) return;
    limits_ = pcre2_match_context_create(memory);
    if (limits_ == nullptr) return;
    pcre2_set_heap_limit(limits_, kMatchMemoryKibibytesMax);
    data_ = pcre2_match_data_create_from_pattern(code.code, memory);
  }

  // False at the end, or if code() is not kOk.
  bool Next() noexcept {
    if (data_ == nullptr) return Stop(ScoreCode::kTooLarge);
    if (!budget_.MayBegin()) return Stop(ScoreCode::kTooCostly);
    is_within_ = std::exchange(is_before_pair_, false) && MatchesWithin();
    if (is_within_ || status_ != ScoreCode::kOk) return is_within_;
    if (from_ > text_.size()) return false;
    const int result = FindFrom(from_);
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
    const auto run = [&](std::uint32_t more) {
      return pcre2_match(code_.code, reinterpret_cast<PCRE2_SPTR>(bytes), text.size(), from,
                         options | more, data_, limits_);
    };
    const int result = run(0);
    // The machine stack was too small for the compiled form.
    return result == PCRE2_ERROR_JIT_STACKLIMIT ? run(PCRE2_NO_JIT) : result;
  }

  // The first match that starts at `from` or later, piece by piece. A piece in which a start
  // position needs more than its part of the quick steps is gone through one by one.
  int FindFrom(std::size_t from) noexcept {
    const std::size_t piece_starts =
        std::clamp<std::size_t>(kPieceCharacters / (text_.size() + 1), 1, kPieceStartsMax);
    std::size_t slow_until = from;
    for (bool is_first = true;; is_first = false) {
      if (!is_first && !budget_.MayGoOn()) return PCRE2_ERROR_MATCHLIMIT;
      const bool slow = from < slow_until;
      const std::size_t starts = slow ? 1 : std::min(piece_starts, text_.size() - from + 1);
      const bool is_last = from + starts > text_.size();
      pcre2_set_offset_limit(limits_, is_last ? PCRE2_UNSET : from + starts - 1);
      pcre2_set_match_limit(limits_, slow ? kMatchStepsMax : QuickStepsOf(starts));
      const int result = Match(text_, from, checked_);
      if (result == PCRE2_ERROR_MATCHLIMIT && !slow) {
        slow_until = from + starts;
        continue;
      }
      if (result != PCRE2_ERROR_NOMATCH || is_last) return result;
      checked_ = PCRE2_NO_UTF_CHECK;
      from = AfterCharacter(from + starts - 1);
    }
  }
  static std::uint32_t QuickStepsOf(std::size_t starts) noexcept {
    return std::max(static_cast<std::uint32_t>(kQuickSteps / starts), kQuickStepsMin);
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
    pcre2_set_offset_limit(limits_, PCRE2_UNSET);
    pcre2_set_match_limit(limits_, kMatchStepsMax);
    const int result =
        Match({copy, size}, end_ + kSurrogates.size() / 2, PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) return Stop(CodeOf(result));
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_);
    return bounds[0] == bounds[1] || Stop(ScoreCode::kInvalidValue);
  }

  static ScoreCode CodeOf(int error) noexcept {
    const bool no_utf8 = error <= PCRE2_ERROR_UTF8_ERR1 && error >= PCRE2_ERROR_UTF8_ERR21;
    if (no_utf8) return ScoreCode::kInvalidValue;
    return error == PCRE2_ERROR_MATCHLIMIT ? ScoreCode::kTooCostly : ScoreCode::kTooLarge;
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
  Budget& budget_;
  pcre2_match_context* limits_ = nullptr;
  pcre2_match_data* data_ = nullptr;
  std::size_t from_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint32_t checked_ = 0;
  bool is_before_pair_ = false;
  bool is_within_ = false;
  ScoreCode status_ = ScoreCode::kOk;
};

ScoreCode JavaRegex::Contains(std::string_view text, Arena& arena, Budget& budget,
                              bool* found) const noexcept {
  Search search(*code_, text, arena, budget);
  *found = search.Next();
  return search.code();
}

ScoreCode JavaRegex::FindAll(std::string_view text, Arena& arena,
                             std::span<std::string_view>* matches) const noexcept {
  Budget budget(text.size());
  Search search(*code_, text, arena, budget);
  Views views(arena);
  while (search.Next()) {
    if (!views.Add(search.begin(), search.end())) return ScoreCode::kTooLarge;
  }
  *matches = views.All();
  return search.code();
}

ScoreCode JavaRegex::Split(std::string_view text, Arena& arena,
                           std::span<std::string_view>* pieces) const noexcept {
  Budget budget(text.size());
  Search search(*code_, text, arena, budget);
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
