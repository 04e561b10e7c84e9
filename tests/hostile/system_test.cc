// A kernel out of descriptors, mappings, watches or buffers: whoever needed what failed is refused
// or cut off, or gets on without, and nobody else notices.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/hostile/beside_an_honest_client.h"
#include "tests/support/failing_system.h"

namespace pillion {
namespace {

class NoSystem : public BesideAnHonestClient {
 protected:
  NoSystem() { testing::ExemptThisThreadsCalls(); }
  ~NoSystem() override { testing::StopFailingCalls(); }

  enum class Outcome { kServed, kServedBySocket, kRefused };

  // Connects, binds, scores by the ring and by the socket, and takes a ring more.
  static Outcome UseAll(const std::string& path) {
    RawClient client(path);
    if (!client.Greet()) return Outcome::kRefused;
    const std::uint16_t layout = client.Bind("echo");
    if (layout == 0) return Outcome::kRefused;
    const bool by_ring = (client.welcome().features & kFeatureSharedMemory) != 0;
    bool whole = by_ring;
    const std::vector<std::byte> row(64, std::byte{5});
    if (by_ring) {
      ClientLane lane = client.Lane(0);
      const auto head = client.Score(&lane, layout, row);
      if (!head || head->code != ScoreCode::kOk || client.answer() != row) return Outcome::kRefused;
      whole = client.Attach({.lane_count = 1}).has_value();
    }
    client.Send(MessageType::kScore, 5,
                ScoreBody{.layout = layout, .kind = static_cast<std::uint16_t>(RequestKind::kRow)},
                row);
    const auto answer = client.Receive();
    if (!answer || answer->header.type != MessageType::kAnswer) return Outcome::kRefused;
    return whole ? Outcome::kServed : Outcome::kServedBySocket;
  }
};

TEST_F(NoSystem, EachCallMayFailOnce) {
  std::set<std::string> failed;
  std::uint64_t nth = 1;
  for (bool reached = true; reached; ++nth) {
    ASSERT_LT(nth, 200U) << "the server makes ever more system calls";
    testing::FailSystemCall(nth);
    const Outcome outcome = UseAll(server_.path());
    ASSERT_TRUE(ComesToRest()) << nth;
    reached = testing::StopFailingCalls() >= nth;
    if (reached) failed.insert(testing::LastFailedCall());
    ASSERT_TRUE(outcome == Outcome::kServed || reached) << nth;
    ASSERT_NO_FATAL_FAILURE(ExpectHonestAnswers()) << nth << " " << testing::LastFailedCall();
  }
  EXPECT_EQ(failed,
            (std::set<std::string>{"accept", "epoll_ctl", "eventfd", "fallocate", "ftruncate",
                                   "memfd_create", "mmap", "sendmsg", "socketpair"}));
  EXPECT_EQ(UseAll(server_.path()), Outcome::kServed);
}

}  // namespace
}  // namespace pillion
