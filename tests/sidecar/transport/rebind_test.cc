// Layouts that are replaced while clients use them.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"
#include "tests/support/run_on.h"

namespace pillion {
namespace {

// Answers eight bytes with the version that was published when it was bound. A batch ends only once
// it is let go.
class Published final : public Scorer {
 public:
  std::atomic<std::uint32_t> version{1};
  std::atomic<std::uint64_t> schema{100};
  std::atomic<bool> unloaded{false};
  std::atomic<bool> batches_end{false};
  std::atomic<int> batches{0};  // begun
  std::atomic<int> layouts{0};  // alive
  std::atomic<int> strays{0};   // that ended on another thread than they were made on

  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override {
    if (unloaded) return tl::unexpected(Refusal{ScoreCode::kUnknownModel, "unloaded"});
    Binding binding;
    binding.layout = std::make_unique<Layout>(this);
    binding.answer_bytes_max = 8;
    binding.columns.inputs.push_back({request.model, DataType::Scalar(BasicType::kDouble)});
    binding.columns.schema_hash = schema;
    return binding;
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return "[]"; }

 private:
  class Layout final : public BoundLayout {
   public:
    explicit Layout(Published* owner) : owner_(owner), version_(owner->version) {
      ++owner_->layouts;
    }
    ~Layout() override {
      if (std::this_thread::get_id() != made_on_) ++owner_->strays;
      --owner_->layouts;
    }

    ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte>, std::span<std::byte>,
                             TurnClock& clock) noexcept override {
      if (kind == RequestKind::kRow) return {ScoreCode::kOk, version_, 8};
      ++owner_->batches;
      return Continue(clock);
    }
    ScoreResult Continue(TurnClock&) noexcept override {
      if (!owner_->batches_end) return {.paused = true};
      return {ScoreCode::kOk, version_, 8};
    }

   private:
    Published* const owner_;
    const std::uint32_t version_;
    const std::thread::id made_on_ = std::this_thread::get_id();
  };
};

class RebindTest : public ::testing::Test {
 protected:
  // Returns once the workers have the new layouts, as far as a later request can tell.
  void Rebind(const std::string& model = "house") {
    testing::RunOn(server_.server().io(), [&] {
      server_.server().Rebind([&](std::string_view name) { return name == model; });
    });
  }
  AnswerHead Score(RawClient& client, std::uint16_t layout) {
    ClientLane lane = client.Lane(0);
    return *client.Score(&lane, layout, row_);
  }
  // The worker takes commands when it polls, so soon, not at once.
  AnswerHead ScoreUntil(RawClient& client, ClientLane& lane, std::uint16_t layout,
                        const std::function<bool(const AnswerHead&)>& done) {
    AnswerHead head;
    do {
      head = *client.Score(&lane, layout, row_);
    } while (!done(head));
    return head;
  }
  void WaitForLayouts(int alive) {
    while (scorer_.layouts != alive) std::this_thread::yield();
  }

  const std::vector<std::byte> row_ = std::vector<std::byte>(8);
  Published scorer_;
  TestServer server_{{.workers = 2}, &scorer_};
};

TEST_F(RebindTest, ALayoutOutlivesASwapThatKeepsTheSchema) {
  RawClient clients[2] = {RawClient(server_.path()), RawClient(server_.path())};
  std::uint16_t layouts[2];
  for (int i = 0; i < 2; ++i) {  // one on each worker
    ASSERT_TRUE(clients[i].Greet());
    layouts[i] = clients[i].Bind("house");
  }
  ClientLane lanes[2] = {clients[0].Lane(0), clients[1].Lane(0)};
  for (std::uint32_t version = 1; version < 50; ++version) {
    for (int i = 0; i < 2; ++i) {
      const AnswerHead head =
          ScoreUntil(clients[i], lanes[i], layouts[i],
                     [&](const AnswerHead& h) { return h.model_version == version; });
      EXPECT_EQ(head.code, ScoreCode::kOk);
    }
    scorer_.version = version + 1;
    Rebind();
  }
  WaitForLayouts(2);
  EXPECT_EQ(scorer_.strays, 0);
}

TEST_F(RebindTest, NoAnswerIsLostAndNoneOfAnOlderVersionFollowsANewerOne) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("house");
  ClientLane lane = client.Lane(0);
  std::atomic<bool> stop{false};
  std::thread swaps([&] {
    while (!stop) {
      ++scorer_.version;
      Rebind();
    }
  });
  std::uint32_t last = 0;
  for (int i = 0; i < 20000; ++i) {
    const AnswerHead head = *client.Score(&lane, layout, row_);
    ASSERT_EQ(head.code, ScoreCode::kOk);
    ASSERT_GE(head.model_version, last);
    last = head.model_version;
  }
  stop = true;
  swaps.join();
  EXPECT_GT(last, 1U);
}

TEST_F(RebindTest, AnotherModelIsLeftAlone) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t house = client.Bind("house");
  const std::uint16_t risk = client.Bind("risk");
  scorer_.version = 2;
  Rebind("house");
  ClientLane lane = client.Lane(0);
  ScoreUntil(client, lane, house, [](const AnswerHead& head) { return head.model_version == 2; });
  EXPECT_EQ(client.Score(&lane, risk, row_)->model_version, 1U);
}

TEST_F(RebindTest, AnotherSchemaIsAnsweredUntilTheOldOneIsBack) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("house");
  ClientLane lane = client.Lane(0);
  const auto expect = [&](ScoreCode code) {
    ScoreUntil(client, lane, layout, [&](const AnswerHead& head) { return head.code == code; });
  };
  expect(ScoreCode::kOk);
  scorer_.schema = 200;
  Rebind();
  expect(ScoreCode::kSchemaChanged);
  const std::uint16_t newer = client.Bind("house");
  EXPECT_EQ(client.Score(&lane, newer, row_)->code, ScoreCode::kOk);
  scorer_.unloaded = true;
  Rebind();
  expect(ScoreCode::kUnknownModel);
  scorer_.unloaded = false;
  scorer_.schema = 100;
  Rebind();
  expect(ScoreCode::kOk);
  EXPECT_EQ(client.Score(&lane, newer, row_)->code, ScoreCode::kSchemaChanged);
}

TEST_F(RebindTest, ABatchUnderWayEndsWithTheVersionThatItBeganWith) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("house");
  ClientLane lane = client.Lane(0);
  const std::uint64_t batch = lane.TrySubmit({RequestKind::kBatch, layout, 0}, row_);
  if (lane.MustKick()) client.Kick();
  while (scorer_.batches == 0) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) {
    ++scorer_.version;
    Rebind();
  }
  WaitForLayouts(2);  // the batch's and the last one
  scorer_.batches_end = true;
  while (!lane.Answered(batch)) std::this_thread::yield();
  std::span<const std::byte> payload;
  EXPECT_EQ(lane.Read(batch, &payload).model_version, 1U);
  lane.Consume(batch);
  WaitForLayouts(1);
  EXPECT_EQ(client.Score(&lane, layout, row_)->model_version, 4U);
  EXPECT_EQ(scorer_.strays, 0);
}

TEST_F(RebindTest, ClientsThatLeaveTakeTheirLayoutsAlong) {
  {
    RawClient leaves(server_.path());
    RawClient unbinds(server_.path());
    ASSERT_TRUE(leaves.Greet());
    ASSERT_TRUE(unbinds.Greet());
    ASSERT_NE(leaves.Bind("house"), 0);
    const std::uint16_t layout = unbinds.Bind("house");
    unbinds.Send(MessageType::kUnbind, 9, UnbindBody{layout, {}});
    scorer_.schema = 200;
    Rebind();
    WaitForLayouts(0);  // given back, replaced
    scorer_.schema = 100;
    Rebind();
    WaitForLayouts(1);
  }
  WaitForLayouts(0);
  Rebind();
  EXPECT_EQ(scorer_.layouts, 0);
  EXPECT_EQ(scorer_.strays, 0);
}

TEST_F(RebindTest, LayoutsEndOnTheControlThreadWhenTheServerStops) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  ASSERT_NE(client.Bind("house"), 0);
  const std::uint16_t layout = client.Bind("house");
  ClientLane lane = client.Lane(0);
  lane.TrySubmit({RequestKind::kBatch, layout, 0}, row_);
  if (lane.MustKick()) client.Kick();
  while (scorer_.batches == 0) std::this_thread::yield();
  ++scorer_.version;
  Rebind();
  server_.Stop();
  EXPECT_EQ(scorer_.layouts, 0);
}

}  // namespace
}  // namespace pillion
