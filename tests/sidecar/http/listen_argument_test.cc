#include "sidecar/http/listen_argument.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string_view> kKnown = {"health", "score"};

TEST(ListenArgument, SaysWhereAndWhat) {
  const auto tcp = ListenArgument::Parse("tcp:127.0.0.1:8080=score,health", kKnown).value();
  EXPECT_EQ(tcp.address, "127.0.0.1");
  EXPECT_EQ(tcp.port, 8080);
  EXPECT_THAT(tcp.dialects, ElementsAre("score", "health"));
  EXPECT_EQ(tcp.Place(), "tcp:127.0.0.1:8080");

  const auto six = ListenArgument::Parse("tcp:[::1]:0=score", kKnown).value();
  EXPECT_EQ(six.address, "::1");
  EXPECT_EQ(six.Place(), "tcp:[::1]:0");

  const auto path = ListenArgument::Parse("unix:/run/a=b.sock=score", kKnown).value();
  EXPECT_EQ(path.path, "/run/a=b.sock");
  EXPECT_EQ(path.Place(), "unix:/run/a=b.sock");
}

TEST(ListenArgument, RefusesTheRestWithTheWayOut) {
  const auto error = [](std::string_view text) {
    const auto argument = ListenArgument::Parse(text, kKnown);
    return argument ? "" : argument.error();
  };
  EXPECT_THAT(error("8080"), HasSubstr("tcp:ADDRESS:PORT=DIALECTS or unix:PATH=DIALECTS"));
  EXPECT_THAT(error("unix:=score"), HasSubstr("unix:PATH=DIALECTS"));
  for (const char* text : {"tcp:localhost:80=score", "tcp:127.0.0.1=score", "tcp:127.0.0.1:=score",
                           "tcp:127.0.0.1:65536=score", "tcp:127.0.0.1:8o=score"}) {
    EXPECT_THAT(error(text), HasSubstr("a numeric address and a port")) << text;
  }
  EXPECT_THAT(error("tcp:127.0.0.1:80"), HasSubstr("names no dialect"));
  EXPECT_THAT(error("tcp:127.0.0.1:80="), HasSubstr("of health, score"));
  EXPECT_THAT(error("tcp:127.0.0.1:80=scor"), HasSubstr("did you mean 'score'"));
  EXPECT_THAT(error("tcp:127.0.0.1:80=score,"), HasSubstr("no dialect is named ''"));
  EXPECT_THAT(error("tcp:127.0.0.1:80=grpc"), HasSubstr("there are health, score"));
}

}  // namespace
}  // namespace pillion
