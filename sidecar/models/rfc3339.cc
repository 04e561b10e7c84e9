#include "sidecar/models/rfc3339.h"

#include <fmt/chrono.h>

namespace pillion {
namespace {

namespace chrono = std::chrono;

// Takes text from its front, piece by piece; once something is not there, nothing is any more.
class Pieces {
 public:
  explicit Pieces(std::string_view rest) : rest_(rest) {}

  int Number(std::size_t digits, int max) {
    int number = 0;
    good_ = good_ && rest_.size() >= digits;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      number = number * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    good_ = good_ && number <= max;
    return number;
  }
  // One of `any`; a zero byte where there is none.
  char One(std::string_view any) {
    good_ = good_ && !rest_.empty() && any.find(rest_.front()) != any.npos;
    if (!good_) return '\0';
    const char one = rest_.front();
    rest_.remove_prefix(1);
    return one;
  }
  bool Next(char c) const { return good_ && rest_.starts_with(c); }
  void Fraction() {
    if (!Next('.')) return;
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
    good_ = end > 1;
    rest_.remove_prefix(end);
  }
  bool AtEnd() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<chrono::sys_seconds> TakeTime(Pieces& pieces, bool seconds_needed) {
  const int year = pieces.Number(4, 9999);
  pieces.One("-");
  const int month = pieces.Number(2, 12);
  pieces.One("-");
  const int day = pieces.Number(2, 31);
  pieces.One("Tt");
  const int hours = pieces.Number(2, 23);
  pieces.One(":");
  const int minutes = pieces.Number(2, 59);
  int seconds = 0;
  if (seconds_needed || pieces.Next(':')) {
    pieces.One(":");
    seconds = pieces.Number(2, 60);  // 60: a leap second
    pieces.Fraction();
  }
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!pieces.good() || !date.ok()) return std::nullopt;
  return chrono::sys_days(date) + chrono::hours(hours) + chrono::minutes(minutes) +
         chrono::seconds(seconds);
}

}  // namespace

std::optional<chrono::sys_seconds> ParseRfc3339(std::string_view text) {
  Pieces pieces(text);
  auto time = TakeTime(pieces, true);
  const char zone = pieces.One("Zz+-");
  if (zone == '+' || zone == '-') {
    const chrono::hours hours(pieces.Number(2, 23));
    pieces.One(":");
    const chrono::seconds offset = hours + chrono::minutes(pieces.Number(2, 59));
    if (time) *time -= zone == '+' ? offset : -offset;
  }
  return pieces.AtEnd() ? time : std::nullopt;
}

std::optional<chrono::sys_seconds> ParseLocalTime(std::string_view text) {
  Pieces pieces(text);
  const auto time = TakeTime(pieces, false);
  return pieces.AtEnd() ? time : std::nullopt;
}

std::string Rfc3339(chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time.time_since_epoch().count()));
}

}  // namespace pillion
