#include "sidecar/transport/event_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace pillion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Pipe {
 public:
  Pipe() {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read_.Reset(ends[0]);
    write_.Reset(ends[1]);
    fcntl(read_.get(), F_SETFL, O_NONBLOCK);
  }
  int end() const { return write_.get(); }
  void Fill() {
    fcntl(write_.get(), F_SETFL, O_NONBLOCK);
    while (write(write_.get(), "x", 1) == 1) continue;
    fcntl(write_.get(), F_SETFL, 0);
  }
  std::string Read() {
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = read(read_.get(), part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    std::string text = Read();
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos;) {
      lines.push_back(text.substr(0, end));
      text.erase(0, end + 1);
    }
    EXPECT_EQ(text, "");
    return lines;
  }

 private:
  UniqueFd read_;
  UniqueFd write_;
};

TEST(EventLog, WritesOneLineAFact) {
  Pipe pipe;
  EventLog log(pipe.end(), LogLevel::kInfo);
  log.Write(LogLevel::kInfo, "start", {{"pid", 12}, {"path", "/a/b-1.zip"}, {"none", ""}});
  EXPECT_THAT(pipe.Lines(),
              ElementsAre(MatchesRegex(
                  "time=[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z level=info "
                  "event=start pid=12 path=/a/b-1.zip none=\"\"")));
}

TEST(EventLog, WritesWhatItsLevelAsksFor) {
  Pipe pipe;
  EventLog log(pipe.end(), LogLevel::kWarning);
  log.Write(LogLevel::kInfo, "a", {});
  log.WriteLimited(LogLevel::kDebug, "b", {});
  log.Write(LogLevel::kError, "c", {});
  EXPECT_THAT(pipe.Lines(), ElementsAre(HasSubstr("level=error event=c")));
  EventLog::Silent().Write(LogLevel::kError, "d", {});
}

// A name that a client chose must not look like a line, or like a field, of ours.
TEST(EventLog, KeepsForeignTextInItsValue) {
  Pipe pipe;
  EventLog log(pipe.end(), LogLevel::kInfo);
  log.Write(LogLevel::kInfo, "e", {{"model", "x\nlevel=error event=\"f\"\x1b[2J"}});
  EXPECT_THAT(pipe.Lines(),
              ElementsAre(HasSubstr(R"(model="x\nlevel=error event=\"f\"\u001b[2J")")));
  log.Write(LogLevel::kInfo, "e", {{"model", std::string(5000, 'm')}});
  EXPECT_LT(pipe.Read().size(), 700u);
}

TEST(EventLog, CountsWhatIsTooMuchOfOneEvent) {
  Pipe pipe;
  EventLog log(pipe.end(), LogLevel::kInfo);
  for (int i = 0; i < 1000; ++i) log.WriteLimited(LogLevel::kWarning, "refused", {});
  log.WriteLimited(LogLevel::kWarning, "violation", {});
  std::vector<std::string> lines = pipe.Lines();
  ASSERT_EQ(lines.size(), EventLog::kLinesMax + 1);
  EXPECT_THAT(lines.back(), HasSubstr("event=violation"));
  log.WriteHeldBack(false);
  EXPECT_EQ(pipe.Read(), "") << "the window is not over";
  log.WriteHeldBack(true);
  EXPECT_THAT(pipe.Lines(), ElementsAre(HasSubstr("event=lines_held_back of=refused lines=980")));
}

TEST(EventLog, DoesNotWaitForItsReader) {
  Pipe pipe;
  EventLog log(pipe.end(), LogLevel::kInfo);
  pipe.Fill();
  for (int i = 0; i < 3; ++i) log.Write(LogLevel::kInfo, "lost", {});
  pipe.Read();
  log.Write(LogLevel::kInfo, "next", {});
  EXPECT_THAT(pipe.Lines(),
              ElementsAre(HasSubstr("event=lines_lost lines=3"), HasSubstr("event=next")));
}

}  // namespace
}  // namespace pillion
