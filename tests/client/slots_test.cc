// Rows and answers of the demo model go over the ring, however much of it is bound, and nothing
// about the way they go is hidden.
#include <gmock/gmock.h>

#include "tests/client/model_fixture.h"
#include "tests/support/paths.h"

namespace pillion {
namespace {

class SlotsTest : public ::testing::Test {
 protected:
  explicit SlotsTest(const TransportOptions& options = {}) {
    auto loaded =
        ModelScorer::Load({{"house", SourceDir() + "/examples/king-county/house-lr.zip"}}, {});
    if (!loaded) throw std::runtime_error(loaded.error().Text());
    scorer_ = std::move(*loaded);
    Serve(options);
  }
  void Serve(const TransportOptions& options) {
    server_.emplace(options, scorer_.get());
    auto client = Client::Connect("shm:" + server_->path());
    if (!client) throw std::runtime_error(client.error().text);
    client_.emplace(*client);
  }
  static Row House(const BoundTo& model) {
    Row row = model.NewRow();
    for (std::uint32_t i = 0; i < pillion_input_count(model.get()); ++i) {
      if (std::string(pillion_input_type(model.get(), i)) == "string") {
        row.Set(i, "98133");
      } else {
        row.Set(i, 1.0 + i);
      }
    }
    return row;
  }

  std::unique_ptr<ModelScorer> scorer_;
  std::optional<TestServer> server_;
  std::optional<Client> client_;
};

TEST_F(SlotsTest, AllOutputsGoOverTheRing) {
  const auto all = client_->Bind("house");
  ASSERT_TRUE(all) << all.error().text;
  EXPECT_EQ(all->transport(), "shm");
  const Row row = House(*all);
  for (int i = 0; i < 100; ++i) {
    const auto answer = all->Score(row, kPatience);
    ASSERT_TRUE(answer) << answer.error().text;
    std::size_t bytes = 0;
    Answer copy = *all->Score(row, kPatience);
    pillion_answer_bytes(copy.get(), &bytes);
    EXPECT_GT(bytes, Geometry{}.answer_payload_bytes_max()) << "this would test nothing";
  }
  const pillion_stats stats = client_->stats();
  EXPECT_EQ(stats.ring_calls, 200u);
  EXPECT_EQ(stats.socket_calls, 0u);
  EXPECT_EQ(stats.socket_overflows, 0u);
  EXPECT_EQ(all->transport(), "shm");
  EXPECT_THAT(*client_->Ask("status"), ::testing::HasSubstr("\"answers_over_slot\":0"));
}

TEST_F(SlotsTest, WhatGoesOverTheSocketIsSaid) {
  // As an older server, or one that grants no larger slots.
  Serve({.geometry_max = {.lane_count = 8, .request_slot_bytes = 1152, .answer_slot_bytes = 384}});
  const auto all = client_->Bind("house");
  const auto one = client_->Bind("house", {"prediction"});
  const Row row = House(*all);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(all->Score(row, kPatience));
  EXPECT_EQ(client_->stats().socket_calls, 10u);
  EXPECT_EQ(client_->stats().socket_overflows, 10u);
  EXPECT_EQ(client_->transport(), "shm");
  EXPECT_EQ(all->transport(), "unix");
  ASSERT_TRUE(one->Score(House(*one), kPatience));
  EXPECT_EQ(one->transport(), "shm");
  EXPECT_EQ(client_->stats().socket_calls, 10u);
}

TEST_F(SlotsTest, AReusedRowStaysOnTheRing) {
  const auto model = client_->Bind("house", {"prediction"});
  ASSERT_TRUE(model);
  Row row = House(*model);
  Answer answer = model->NewAnswer();
  std::size_t longest = 0;
  for (int i = 0; i < 3000; ++i) {
    row.Set("zipcode", i % 2 == 0 ? "98133" : "98103");
    ASSERT_EQ(model->Score(row, kPatience, &answer), PILLION_OK);
    std::size_t bytes = 0;
    pillion_row_bytes(row.get(), &bytes);
    longest = std::max(longest, bytes);
  }
  EXPECT_LT(longest, 400u);
  EXPECT_EQ(client_->stats().socket_calls, 0u);
}

}  // namespace
}  // namespace pillion
