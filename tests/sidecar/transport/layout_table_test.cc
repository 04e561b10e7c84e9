#include "sidecar/transport/layout_table.h"

#include <gtest/gtest.h>

namespace pillion {
namespace {

class NoLayout final : public BoundLayout {
 public:
  ScoreResult ScoreRequest(RequestKind, std::span<const std::byte>, std::span<std::byte>,
                           TurnClock&) noexcept override {
    return {};
  }
};

std::uint16_t Add(LayoutTable& table) { return table.Add({std::make_unique<NoLayout>(), nullptr}); }

TEST(LayoutTable, IdsComeAgainTheLongestUnusedFirst) {
  LayoutTable table(2);
  const std::uint16_t kept = Add(table);
  std::uint32_t fresh = 1;
  for (std::uint16_t id = Add(table); fresh < 65535; id = Add(table)) {
    EXPECT_EQ(id, ++fresh);
    EXPECT_EQ(Add(table), 0) << "more than may live";
    table.Remove(id);
  }
  table.Remove(2);  // the first that was given back, and the only one that is bound beside `kept`
  EXPECT_EQ(Add(table), 3);
  EXPECT_NE(table.Find(kept), nullptr);
  EXPECT_EQ(table.Find(2), nullptr);
}

TEST(LayoutTable, WhatIsNotThereIsNotGivenBack) {
  LayoutTable table(1);
  table.Remove(0);
  table.Remove(7);
  const std::uint16_t id = Add(table);
  table.Remove(id);
  table.Remove(id);
  EXPECT_NE(Add(table), 0);
  EXPECT_EQ(Add(table), 0);
}

}  // namespace
}  // namespace pillion
