// A client that floods the control thread with BIND and ASK, whose work takes that thread's time:
// each message gets its own answer, and another client's waits behind a bounded part of the flood.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

// Counts binds, which take a millisecond; the first waits until it is let go.
class SlowScorer final : public Scorer {
 public:
  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override {
    const std::uint32_t place = begun_.fetch_add(1) + 1;
    if (request.model == "null") place_of_null_ = place;
    begun_.notify_all();
    may_go_.wait(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return echo_.Bind(request);
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return echo_.ModelsJson(); }

  // Which bind in turn the one to "null" was.
  std::uint32_t place_of_null() const { return place_of_null_.load(); }
  void WaitForTheFirst() const { begun_.wait(0); }
  void LetGo() {
    may_go_.store(true);
    may_go_.notify_all();
  }

 private:
  EchoScorer echo_;
  std::atomic<std::uint32_t> begun_{0};
  std::atomic<std::uint32_t> place_of_null_{0};
  std::atomic<bool> may_go_{false};
};

class Floods : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kFlood = 500;
  // What the server takes of one client before it has answered.
  static constexpr std::uint32_t kAtATime = 16;

  ~Floods() override { scorer_.LetGo(); }

  static std::vector<std::byte> BindFrame(std::uint64_t tag, const std::string& model) {
    std::vector<std::byte> frame;
    AppendPlainFrame(&frame, MessageType::kBind, tag, EncodeBind({model, {}}));
    return frame;
  }

  // Reads the flood's answers: one for each tag, of `type` or kBusy.
  static void ExpectLedger(RawClient* client, MessageType type) {
    std::set<std::uint64_t> tags;
    std::uint64_t answered = 0;
    for (std::uint64_t i = 0; i < kFlood; ++i) {
      const auto frame = client->Receive();
      ASSERT_TRUE(frame) << "after " << i;
      EXPECT_TRUE(tags.insert(frame->header.tag).second) << frame->header.tag;
      if (frame->header.type == type) {
        ++answered;
      } else {
        ASSERT_EQ(frame->header.type, MessageType::kError);
        ASSERT_EQ(frame->code(), ScoreCode::kBusy);
      }
    }
    EXPECT_EQ(tags.size(), kFlood);
    EXPECT_GE(answered, kAtATime);
  }

  SlowScorer scorer_;
  TestServer server_{{.workers = 1}, &scorer_};
};

TEST_F(Floods, OfBindsDelayOthersByABoundedPart) {
  RawClient flooding(server_.path());
  RawClient honest(server_.path());
  ASSERT_TRUE(flooding.Greet());
  ASSERT_TRUE(honest.Greet());
  for (std::uint64_t tag = 1; tag <= kFlood; ++tag) flooding.SendBytes(BindFrame(tag, "echo"));
  scorer_.WaitForTheFirst();
  honest.SendBytes(BindFrame(1, "null"));
  // The worker has read that when it answers what came behind it.
  const std::byte nothing{};
  honest.Send(MessageType::kScore, 2, ScoreBody{9, 1, 0, 0}, {&nothing, 1});
  const auto unknown = honest.Receive();
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->header.tag, 2U);
  scorer_.LetGo();
  const auto bound = honest.Receive();
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->header.type, MessageType::kBound);
  EXPECT_LE(scorer_.place_of_null(), 3U) << "one was under way, and one more of the other's came";
  ExpectLedger(&flooding, MessageType::kBound);
}

TEST_F(Floods, OfQuestionsAreAnsweredOneByOne) {
  scorer_.LetGo();
  RawClient flooding(server_.path());
  RawClient honest(server_.path());
  ASSERT_TRUE(flooding.Greet());
  ASSERT_TRUE(honest.Greet());
  const AskBody status{static_cast<std::uint16_t>(Question::kStatus)};
  for (std::uint64_t tag = 1; tag <= kFlood; ++tag) flooding.Send(MessageType::kAsk, tag, status);
  const std::uint16_t layout = honest.Bind("echo");
  ClientLane lane = honest.Lane(0);
  for (std::uint8_t i = 0; i < 100; ++i) {
    const std::vector<std::byte> row{std::byte{i}, std::byte{7}};
    const auto head = honest.Score(&lane, layout, row);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->code, ScoreCode::kOk);
    EXPECT_EQ(honest.answer(), row);
  }
  ExpectLedger(&flooding, MessageType::kTold);
}

}  // namespace
}  // namespace pillion
