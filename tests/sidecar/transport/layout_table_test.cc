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

std::uint16_t Add(LayoutTable& table) {
  HeldLayout held{std::make_unique<NoLayout>(), nullptr, {}};
  return table.Add(held);
}

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

TEST(LayoutTable, SwapsByTicket) {
  LayoutLedger ledger;
  LayoutTable table(3);
  std::vector<std::uint64_t> serials;
  std::vector<std::uint16_t> ids;
  for (int i = 0; i < 3; ++i) {
    HeldLayout held{std::make_unique<NoLayout>(), nullptr, ledger.Add({})};
    serials.push_back(held.ticket.serial());
    ids.push_back(table.Add(held));
  }
  table.Remove(ids[1]);
  std::vector<Replacement> replacements;
  std::vector<const BoundLayout*> fresh;
  for (const std::uint64_t serial : serials) {
    replacements.push_back({serial, std::make_unique<NoLayout>()});
    fresh.push_back(replacements.back().layout.get());
  }
  table.Swap(replacements);
  EXPECT_EQ(table.Find(ids[0])->layout.get(), fresh[0]);
  EXPECT_EQ(table.Find(ids[1]), nullptr);
  EXPECT_EQ(replacements[1].layout.get(), fresh[1]) << "given back: it stays where it was";
  EXPECT_EQ(table.Find(ids[2])->layout.get(), fresh[2]);
}

TEST(LayoutLedger, HoldsForAsLongAsTheTicket) {
  LayoutLedger ledger;
  LayoutLedger::Ticket kept = ledger.Add({0, 1, {}, 0});
  {
    const LayoutLedger::Ticket first = ledger.Add({0, 2, {}, 0});
    LayoutLedger::Ticket second = ledger.Add({0, 3, {}, 0});
    kept = std::move(second);  // what it was goes with `second`
    EXPECT_EQ(ledger.holdings().size(), 3U);
  }
  ASSERT_EQ(ledger.holdings().size(), 1U);
  EXPECT_EQ(ledger.holdings().begin()->first, kept.serial());
  EXPECT_EQ(ledger.holdings().begin()->second.peer, 3U);
}

}  // namespace
}  // namespace pillion
