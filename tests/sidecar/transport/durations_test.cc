// What a server says of how long requests took it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>

#include "tests/hostile/grinding_scorer.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

constexpr std::uint64_t kLonger = ~std::uint64_t{0};

struct Durations {
  std::map<std::uint64_t, std::uint64_t> up_to_ns;  // counts
  std::uint64_t sum_ns = 0;

  std::uint64_t Count(std::uint64_t bound_min_ns = 0) const {
    std::uint64_t count = 0;
    for (const auto& [bound_ns, requests] : up_to_ns) {
      if (bound_ns >= bound_min_ns) count += requests;
    }
    return count;
  }
};

class DurationsTest : public ::testing::Test {
 protected:
  DurationsTest() {
    if (!client_.Greet()) throw std::runtime_error("refused");
    lane_ = client_.Lane(0);
  }
  // Once so many requests are counted in all.
  Durations Of(std::string_view model, std::uint64_t ring, std::uint64_t socket) {
    const std::string counted = "\"requests_ring\":" + std::to_string(ring) +
                                ",\"requests_socket\":" + std::to_string(socket) + ",";
    std::string text;
    while (text.find(counted) == std::string::npos) text = client_.Ask(Question::kStatus);
    simdjson::dom::parser parser;
    const simdjson::dom::element status = parser.parse(text);
    const simdjson::dom::object of_model = status["durations_by_model"][model];
    Durations durations;
    durations.sum_ns = of_model["sum_ns"];
    for (const auto [bound, count] : simdjson::dom::object(of_model["requests_up_to_ns"])) {
      durations.up_to_ns[bound == "longer" ? kLonger : std::stoull(std::string(bound))] = count;
    }
    return durations;
  }

  GrindingScorer scorer_;
  TestServer server_{{.workers = 1}, &scorer_};
  RawClient client_{server_.path()};
  ClientLane lane_;
};

TEST_F(DurationsTest, OfLongRequestsAreThoseOfEach) {
  const std::uint16_t grind = client_.Bind("grind");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client_.Score(&lane_, grind, Grind(1, 60)));
  for (int i = 0; i < 5; ++i) {
    client_.Send(MessageType::kScore, 100, ScoreBody{grind, 1, 0, 0}, Grind(1, 60));
    ASSERT_TRUE(client_.Receive());
  }
  // Each outlasts its turn.
  for (int i = 0; i < 3; ++i) {
    client_.Send(MessageType::kScore, 100, ScoreBody{grind, 2, 0, 0}, Grind(3, 110));
    ASSERT_TRUE(client_.Receive());
  }
  const Durations durations = Of("grind", 20, 8);
  EXPECT_EQ(durations.Count(), 28u);
  EXPECT_EQ(durations.Count(100'000), 28u);
  EXPECT_GE(durations.Count(500'000), 3u);
  EXPECT_GE(durations.sum_ns, 25u * 60'000 + 3u * 330'000);
}

TEST_F(DurationsTest, OfShortRequestsAreCountedForOthers) {
  const std::uint16_t echo = client_.Bind("echo");
  const std::uint16_t null = client_.Bind("null");
  const std::vector<std::byte> row(8);
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(client_.Score(&lane_, i < 2000 ? echo : null, row));
  const double echoes = static_cast<double>(Of("echo", 3000, 0).Count());
  const double nulls = static_cast<double>(Of("null", 3000, 0).Count());
  EXPECT_NEAR(echoes, 2000, 100);
  EXPECT_NEAR(nulls, 1000, 100);
}

}  // namespace
}  // namespace pillion
