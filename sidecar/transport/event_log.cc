#include "sidecar/transport/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <new>

#include "schemas/ring/waiting.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

constexpr std::size_t kValueBytesMax = 512;  // a client may have a hand in it

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kNone: break;
    case LogLevel::kError: return "error";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kInfo: return "info";
    case LogLevel::kDebug: return "debug";
  }
  return "none";
}

std::string Now() {
  const auto now = std::chrono::system_clock::now();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     us.count() % 1'000'000);
}

bool Plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-_./:,@+").find(c) != std::string_view::npos;
}

void AppendValue(std::string_view value, std::string& line) {
  value = value.substr(0, kValueBytesMax);
  if (!value.empty() && std::all_of(value.begin(), value.end(), Plain)) {
    line += value;
  } else {
    JsonText(line, JsonStyle::kCompact).String(value);
  }
}

std::string LineOf(LogLevel level, std::string_view event, EventLog::Fields fields) {
  std::string line = "time=" + Now();
  line.append(" level=").append(NameOf(level)).append(" event=").append(event);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key).append("=");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      AppendValue(*text, line);
    } else {
      line += std::to_string(std::get<std::int64_t>(field.value));
    }
  }
  return line += '\n';
}

}  // namespace

EventLog& EventLog::Silent() {
  static EventLog silent(-1, LogLevel::kNone);
  return silent;
}

void EventLog::Write(LogLevel level, std::string_view event, Fields fields) {
  if (level > level_) return;
  try {
    WriteLine(level, event, fields);
  } catch (const std::bad_alloc&) {
    ++lost_;
  }
}

void EventLog::WriteLimited(LogLevel level, std::string_view event, Fields fields) {
  if (level > level_) return;
  try {
    WriteWithin(level, event, fields);
  } catch (const std::bad_alloc&) {
    ++lost_;
  }
}

void EventLog::WriteWithin(LogLevel level, std::string_view event, Fields fields) {
  auto it = windows_.find(event);
  if (it == windows_.end()) it = windows_.emplace(event, Window{}).first;
  Window& window = it->second;
  const std::uint64_t now = MonotonicNs();
  if (now - window.start_ns >= kWindowNs) {
    Close(event, window);
    window.start_ns = now;
  }
  if (window.lines == kLinesMax) {
    ++window.held_back;
  } else {
    ++window.lines;
    WriteLine(level, event, fields);
  }
}

void EventLog::WriteHeldBack(bool all) {
  const std::uint64_t now = MonotonicNs();
  for (auto& [event, window] : windows_) {
    if (all || now - window.start_ns >= kWindowNs) Close(event, window);
  }
}

void EventLog::Close(std::string_view event, Window& window) {
  if (window.held_back != 0) {
    WriteLine(LogLevel::kWarning, "lines_held_back", {{"of", event}, {"lines", window.held_back}});
  }
  window = {};
}

void EventLog::WriteLine(LogLevel level, std::string_view event, Fields fields) {
  if (lost_ != 0 && Put(LineOf(LogLevel::kWarning, "lines_lost", {{"lines", lost_}}))) lost_ = 0;
  if (lost_ != 0 || !Put(LineOf(level, event, fields))) ++lost_;
}

// A pipe, terminal or socket that polls as writable takes a line of this size without waiting.
bool EventLog::Put(std::string_view line) const {
  pollfd ready{fd_, POLLOUT, 0};
  return poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 &&
         write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace pillion
