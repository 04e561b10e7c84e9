// What an operator reads of a server: one line a fact, `time=... level=... event=... key=value`,
// values in JSON's quotes where they need any. Used by the control thread alone, and never waits:
// where the reader is too slow or memory is short, lines are lost and counted. Never given a row's
// value.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace pillion {

enum class LogLevel : std::uint8_t { kNone, kError, kWarning, kInfo, kDebug };

struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text)
      : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, std::integral auto number)
      : key(name), value(static_cast<std::int64_t>(number)) {}

  std::string_view key;
  std::variant<std::string_view, std::int64_t> value;
};

class EventLog {
 public:
  using Fields = std::initializer_list<LogField>;

  // `fd` stays the caller's. `level`: what is more detailed is not written.
  EventLog(int fd, LogLevel level) : fd_(fd), level_(level) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Writes nothing; may be shared by any number of threads.
  static EventLog& Silent();

  void set_level(LogLevel level) { level_ = level; }

  void Write(LogLevel level, std::string_view event, Fields fields);
  // The same for what clients can cause as often as they like: after kLinesMax lines of an event
  // the others are counted until kWindowNs have passed.
  void WriteLimited(LogLevel level, std::string_view event, Fields fields);
  // Says how many lines were held back in windows that are over. Call now and then, and with
  // `all` at the end.
  void WriteHeldBack(bool all);

  static constexpr std::uint32_t kLinesMax = 20;
  static constexpr std::uint64_t kWindowNs = 10'000'000'000;

 private:
  struct Window {
    std::uint64_t start_ns = 0;
    std::uint32_t lines = 0;
    std::uint64_t held_back = 0;
  };

  void WriteWithin(LogLevel level, std::string_view event, Fields fields);
  void WriteLine(LogLevel level, std::string_view event, Fields fields);
  void Close(std::string_view event, Window& window);
  bool Put(std::string_view line) const;

  int fd_;
  LogLevel level_;
  std::uint64_t lost_ = 0;
  std::map<std::string, Window, std::less<>> windows_;  // by event
};

}  // namespace pillion
