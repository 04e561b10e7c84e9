// Versions that are published while clients score.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "client/pillion_client.hpp"
#include "sidecar/models/model_scorer.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/sidecar/transport/test_server.h"
#include "tests/support/run_on.h"

namespace pillion {
namespace {

using client_api::Client;

constexpr int kSwaps = 300;
constexpr auto kPatience = std::chrono::seconds(30);

class SwapTest : public ::testing::TestWithParam<const char*> {
 protected:
  SwapTest() { scorer_.registry().Publish("house", "1", one_); }

  void Publish(const std::string& version, const std::shared_ptr<const ServedVersion>& served) {
    testing::RunOn(server_.server().io(), [&] {
      scorer_.registry().Publish("house", version, served);
      server_.server().Rebind([](std::string_view) { return true; });
    });
  }
  Client Connect() const {
    return *Client::Connect(std::string(GetParam()) + ":" + server_.path());
  }

  // Of 1.5 the one says 1 and the other 0.
  const std::shared_ptr<const ServedVersion> one_ = LoadBinarizers(1);
  const std::shared_ptr<const ServedVersion> two_ = LoadBinarizers(2);
  ModelScorer scorer_{ModelRegistry{}};
  TestServer server_{{.workers = 2}, &scorer_};
};

TEST_P(SwapTest, EveryAnswerIsThatOfTheVersionThatItNames) {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<std::uint64_t> of_one{0};
  std::atomic<std::uint64_t> of_two{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      Client client = Connect();
      const auto model = *client.Bind("house", {{"over"}});
      auto row = model.NewRow();
      row.Set("number", 1.5);
      while (!stop) {
        const auto answer = model.Score(row, kPatience);
        const bool is_one = answer && answer->version() == one_->number();
        const bool is_two = answer && answer->version() == two_->number();
        const double expected = is_one ? 1 : 0;
        if ((!is_one && !is_two) || answer->Double("over") != expected) ++wrong;
        of_one += is_one;
        of_two += is_two;
      }
    });
  }
  for (int swap = 0; swap < kSwaps; ++swap) {
    swap % 2 == 0 ? Publish("2", two_) : Publish("1", one_);
    const std::uint64_t answered = of_one + of_two;
    while (of_one + of_two < answered + 5 && wrong == 0) std::this_thread::yield();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(of_one, 0U);
  EXPECT_GT(of_two, 0U);
}

INSTANTIATE_TEST_SUITE_P(Transports, SwapTest, ::testing::Values("shm", "unix"));

}  // namespace
}  // namespace pillion
