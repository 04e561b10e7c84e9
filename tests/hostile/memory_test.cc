// A server without memory: whoever asks for some is refused, and nobody else is.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/memory_reserve.h"
#include "tests/hostile/beside_an_honest_client.h"
#include "tests/support/failing_allocator.h"

namespace pillion {
namespace {

using testing::FailAllAllocations;
using testing::FailAllocation;
using testing::StopFailing;

class NoMemory : public BesideAnHonestClient {
 protected:
  NoMemory() { testing::ExemptThisThread(); }
  ~NoMemory() override { StopFailing(); }

  // Takes memory of the server in each way there is. False: it was refused, or cut off.
  static bool TakeAllThereIs(const std::string& path) {
    RawClient client(path);
    if (!client.Greet()) return false;
    const std::uint16_t layout = client.Bind("echo");
    if (layout == 0 || client.Ask(Question::kStatus).empty()) return false;
    if ((client.welcome().features & kFeatureSharedMemory) != 0) {
      const auto ring = client.Attach({.lane_count = 1});
      if (!ring) return false;
      ClientLane lane = client.Lane(0);
      const std::vector<std::byte> row(64, std::byte{5});
      const auto head = client.Score(&lane, layout, row);
      if (!head || head->code != ScoreCode::kOk || client.answer() != row) return false;
      client.Detach(ring->id);
    }
    const std::vector<std::byte> row(100'000, std::byte{6});
    client.Send(MessageType::kScore, 5,
                ScoreBody{.layout = layout, .kind = static_cast<std::uint16_t>(RequestKind::kRow)},
                row);
    const auto answer = client.Receive();
    return answer && answer->header.type == MessageType::kAnswer &&
           answer->body.size() == sizeof(AnswerBody) + row.size();
  }
};

TEST_F(NoMemory, EachAllocationMayFailOnce) {
  std::uint64_t nth = 1;
  std::uint64_t failed = 0;
  bool reached = true;
  for (; reached && nth < 2000; ++nth) {
    FailAllocation(nth);
    const bool whole = TakeAllThereIs(server_.path());
    ASSERT_TRUE(ComesToRest()) << nth;
    reached = StopFailing() >= nth;
    if (!whole) ++failed;
    ASSERT_TRUE(whole || reached) << nth;
    ASSERT_NO_FATAL_FAILURE(ExpectHonestAnswers()) << nth;
  }
  EXPECT_GT(nth, 50U);
  EXPECT_GT(failed, 20U);
  EXPECT_TRUE(TakeAllThereIs(server_.path()));
}

TEST_F(NoMemory, ThoseWhoAreThereAreServedUntilThereIsSomeAgain) {
  FailAllAllocations();
  for (int i = 0; i < 20; ++i) {
    // Neither let in, nor kept waiting for longer than a server needs to notice.
    RawClient newcomer(server_.path());
    ASSERT_NO_FATAL_FAILURE(ExpectHonestAnswers()) << i;
  }
  StopFailing();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!TakeAllThereIs(server_.path())) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ExpectHonestAnswers();
  EXPECT_TRUE(MemoryReserve::held());
}

TEST_F(NoMemory, NewcomersHearThatThereIsNone) {
  MemoryReserve::Release();
  RawClient newcomer(server_.path());
  newcomer.Send(MessageType::kHello, 1, HelloBody{.features = 0});
  const auto refusal = newcomer.Receive();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->header.type, MessageType::kError);
  EXPECT_EQ(refusal->code(), ScoreCode::kNoMemory);
  ExpectHonestAnswers();
}

}  // namespace
}  // namespace pillion
