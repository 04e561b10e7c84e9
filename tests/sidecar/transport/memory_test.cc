// What clients may make the server hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

constexpr HelloBody kLarge = {.features = kFeatureSharedMemory,
                              .lane_count = 8,
                              .request_slot_bytes = 16 * 1024,
                              .answer_slot_bytes = 8 * 1024};  // 12 MiB

std::uint64_t Number(const std::string& status, const std::string& name) {
  const std::size_t at = status.find("\"" + name + "\":");
  return std::stoull(status.substr(at + name.size() + 3));
}

TEST(MemoryBudget, GivesNoMoreThanThereIs) {
  MemoryBudget budget(100);
  auto first = budget.Take(60);
  ASSERT_TRUE(first);
  EXPECT_FALSE(budget.Take(41));
  EXPECT_FALSE(budget.Take(~std::uint64_t{0}));
  auto second = budget.Take(40);
  ASSERT_TRUE(second);
  EXPECT_EQ(budget.held(), 100U);
  first.reset();
  EXPECT_EQ(budget.held(), 40U);
  *second = MemoryBudget::Share();
  EXPECT_EQ(budget.held(), 0U);
  EXPECT_EQ(budget.refused(), 2U);
}

TEST(ClientMemory, WhoFindsNoneLeftIsServedOverTheSocket) {
  TestServer server({.shared_memory_bytes_max = 32 << 20});
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t with_memory = 0;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.path()));
    ASSERT_TRUE(clients.back()->Greet(kLarge));
    if ((clients.back()->welcome().features & kFeatureSharedMemory) != 0) ++with_memory;
    EXPECT_NE(clients.back()->Bind("echo"), 0);
  }
  EXPECT_EQ(with_memory, 2U);
  const std::string status = clients.back()->Ask(Question::kStatus);
  EXPECT_LE(Number(status, "shared_memory_bytes"), 32U << 20);
  EXPECT_EQ(Number(status, "shared_memory_bytes_max"), 32U << 20);
  EXPECT_EQ(Number(status, "shared_memory_refused"), 3U);
  clients.clear();
  RawClient later(server.path());
  ASSERT_TRUE(later.Greet({.features = 0}));
  while (Number(later.Ask(Question::kStatus), "shared_memory_bytes") != 0)
    std::this_thread::yield();
  RawClient again(server.path());
  ASSERT_TRUE(again.Greet(kLarge));
  EXPECT_NE(again.welcome().features & kFeatureSharedMemory, 0U);
}

TEST(ClientMemory, ARingThatIsTooMuchIsRefusedByName) {
  TestServer server({.shared_memory_bytes_max = 16 << 20});
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet(kLarge));
  client.Send(MessageType::kAttach, 11, AttachBody{8, 16 * 1024, 8 * 1024});
  const auto refused = client.Receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->header.type, MessageType::kError);
  EXPECT_EQ(refused->code(), ScoreCode::kRefused);
  EXPECT_THAT(std::string(Text(std::span(refused->body).subspan(sizeof(CodeBody)))),
              HasSubstr("of 16777216 bytes; see --shared-memory-max"));
  EXPECT_TRUE(client.Attach({1, 1024, 1024})) << "a smaller one fits";
}

}  // namespace
}  // namespace pillion
