// A server of one worker with a client that does as it should, to see that it notices nothing of
// what happens to others.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {

class BesideAnHonestClient : public ::testing::Test {
 protected:
  BesideAnHonestClient() {
    EXPECT_TRUE(honest_.Greet());
    layout_ = honest_.Bind("echo");
    lane_ = honest_.Lane(0);
    ExpectHonestAnswers();
  }

  void ExpectHonestAnswers() {
    for (int i = 0; i < 3; ++i) {
      ++number_;
      const std::vector<std::byte> row{std::byte(number_ & 255), std::byte(number_ >> 8 & 255)};
      const auto head = honest_.Score(&lane_, layout_, row);
      ASSERT_TRUE(head);
      ASSERT_EQ(head->code, ScoreCode::kOk);
      ASSERT_EQ(honest_.answer(), row);
    }
  }

  // Until everybody but the honest client has gone.
  bool ComesToRest() {
    for (int i = 0; i < 400; ++i) {
      if (server_.server().client_count() == 1) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  TestServer server_{TransportOptions{.workers = 1}};

 private:
  RawClient honest_{server_.path()};
  std::uint16_t layout_ = 0;
  ClientLane lane_;
  std::uint32_t number_ = 0;
};

}  // namespace pillion
