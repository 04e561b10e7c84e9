// Submitting now and polling later.
#include <poll.h>

#include <map>

#include "tests/conformance/conformance_fixture.h"

namespace pillion {
namespace {

class QueueTest : public Conformance {
 protected:
  void SetUp() override { StartServer(); }
};

TEST_P(QueueTest, ReportsEachCookieOnceWithItsOwnAnswer) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  auto queue = *client.NewQueue();
  std::vector<client_api::Answer> answers;
  for (int i = 0; i < 64; ++i) answers.push_back(model.NewAnswer());
  auto row = model.NewRow();
  std::uint64_t submitted = 0;
  std::map<std::uint64_t, int> seen;
  while (seen.size() < 3000) {
    while (submitted < 3000 && submitted - seen.size() < 40) {
      row.Set(0u, static_cast<double>(submitted));
      ASSERT_EQ(queue.Submit(model, row, kPatience, submitted, &answers[submitted % 64]),
                PILLION_OK);
      ++submitted;
    }
    queue.Wait(kPatience);
    for (const pillion_completion& done : queue.Poll(7)) {
      ASSERT_EQ(done.code, PILLION_OK);
      EXPECT_EQ(answers[done.cookie % 64].Double(0u), static_cast<double>(done.cookie));
      EXPECT_EQ(++seen[done.cookie], 1);
    }
  }
}

TEST_P(QueueTest, SaysWhenItIsFull) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  auto queue = *client.NewQueue();
  auto answer = model.NewAnswer();
  const auto row = model.NewRow();
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(queue.Submit(model, row, kPatience, 0, &answer), PILLION_OK);
  }
  EXPECT_EQ(queue.Submit(model, row, kPatience, 0, &answer), PILLION_BUSY);
}

// More than the socket holds each way, and nobody polls: the server takes no request while its
// answers are not taken.
TEST_P(QueueTest, LongRequestsMayAllBeUnderWay) {
  Client client = Connect();
  auto model = Bind(client, "echo");
  auto queue = *client.NewQueue();
  std::vector<client_api::Answer> answers;
  for (std::uint64_t i = 0; i < 16; ++i) {
    answers.push_back(model.NewAnswer());
    const Bytes8 batch = Row(1 << 20, i);
    ASSERT_EQ(
        pillion_submit_bytes(queue.get(), model.get(), PILLION_BATCH, batch.data(), batch.size(),
                             client_api::ToNanoseconds(kPatience), i, answers.back().get()),
        PILLION_OK)
        << i;
  }
  std::map<std::uint64_t, pillion_code> codes;
  while (codes.size() < answers.size()) {
    queue.Wait(kPatience);
    for (const auto& done : queue.Poll()) codes[done.cookie] = done.code;
  }
  for (std::uint64_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(codes[i], PILLION_OK);
    EXPECT_EQ(BytesOf(&answers[i]), Row(1 << 20, i));
  }
}

TEST_P(QueueTest, GivesUpAtTheDeadline) {
  Client client = Connect();
  auto slow = Bind(client, "slow");
  auto queue = *client.NewQueue();
  auto first = slow.NewAnswer();
  auto late = slow.NewAnswer();
  // An empty row of no columns: its first byte is the offset of the table, a few milliseconds.
  const auto row = slow.NewRow();
  ASSERT_EQ(queue.Submit(slow, row, kPatience, 1, &first), PILLION_OK);
  ASSERT_EQ(queue.Submit(slow, row, 1ms, 2, &late), PILLION_OK);
  std::map<std::uint64_t, pillion_code> codes;
  while (codes.size() < 2) {
    queue.Wait(kPatience);
    for (const auto& done : queue.Poll()) codes[done.cookie] = done.code;
  }
  EXPECT_EQ(codes[1], PILLION_OK);
  EXPECT_EQ(codes[2], PILLION_DEADLINE);
}

TEST_P(QueueTest, WakesAnEventLoop) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  auto queue = *client.NewQueue();
  auto answer = model.NewAnswer();
  auto row = model.NewRow();
  for (std::uint64_t i = 0; i < 500; ++i) {
    row.Set(0u, static_cast<double>(i));
    ASSERT_EQ(queue.Submit(model, row, kPatience, i, &answer), PILLION_OK);
    std::vector<pillion_completion> done;
    while ((done = queue.Poll()).empty()) {
      if (!queue.Arm()) continue;
      pollfd event{queue.descriptor(), POLLIN, 0};
      ASSERT_EQ(poll(&event, 1, 20'000), 1) << "the answer to " << i << " did not ring";
    }
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(answer.Double(0u), static_cast<double>(i));
  }
}

TEST_P(QueueTest, AServerThatGoesRingsToo) {
  Client client = Connect();
  auto slow = Bind(client, "slow");
  auto queue = *client.NewQueue();
  auto answer = slow.NewAnswer();
  const auto row = slow.NewRow();
  ASSERT_EQ(queue.Submit(slow, row, kPatience, 9, &answer), PILLION_OK);
  std::thread stop([this] { StopServer(); });
  std::vector<pillion_completion> done;
  while ((done = queue.Poll()).empty()) {
    if (!queue.Arm()) continue;
    pollfd event{queue.descriptor(), POLLIN, 0};
    ASSERT_EQ(poll(&event, 1, 20'000), 1);
  }
  EXPECT_EQ(done[0].cookie, 9u);
  stop.join();
  WaitUntil([&] { return client.transport().empty(); });
  EXPECT_EQ(queue.Submit(slow, row, kPatience, 9, &answer), PILLION_SERVER_GONE);
  EXPECT_EQ(queue.descriptor(), -1);
}

INSTANTIATE_TEST_SUITE_P(Transports, QueueTest, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
