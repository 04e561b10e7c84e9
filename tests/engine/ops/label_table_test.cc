#include "engine/ops/label_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace pillion {
namespace {

TEST(LabelTable, FindsEachLabel) {
  const std::vector<std::string> labels = {"hello", "there", "", "dude", std::string("a\0b", 3)};
  const LabelTable table(labels);
  for (std::uint32_t i = 0; i < labels.size(); ++i) EXPECT_EQ(table.Find(labels[i]), i);
  for (const char* other : {"a", "hell", "helloo", "Hello", "null"}) {
    EXPECT_EQ(table.Find(other), LabelTable::kNone) << other;
  }
  EXPECT_EQ(table.distinct_count(), 5U);
}

TEST(LabelTable, EmptyHasNothing) {
  EXPECT_FALSE(LabelTable().Contains(""));
  EXPECT_FALSE(LabelTable(std::vector<std::string>{}).Contains(""));
}

TEST(LabelTable, OfEqualLabelsTheLastCounts) {
  const LabelTable table(std::vector<std::string>{"a", "b", "a"});
  EXPECT_EQ(table.Find("a"), 2U);
  EXPECT_EQ(table.Find("b"), 1U);
  EXPECT_EQ(table.distinct_count(), 2U);
}

TEST(LabelTable, AgreesWithAMapOnLabelsOfEveryLength) {
  std::mt19937 random(7);
  std::vector<std::string> labels;
  for (std::size_t length = 0; length < 70; ++length) {
    for (int i = 0; i < 40; ++i) {
      std::string label(length, 'x');
      // Few places differ, so that a hash that skips bytes would not tell them apart.
      if (length > 0) label[random() % length] = static_cast<char>('0' + random() % 8);
      labels.push_back(label);
    }
  }
  std::map<std::string, std::uint32_t> expected;
  for (std::uint32_t i = 0; i < labels.size(); ++i) expected[labels[i]] = i;
  LabelTable built(labels);
  const LabelTable table = std::move(built);
  EXPECT_EQ(table.distinct_count(), expected.size());
  for (const auto& [label, number] : expected) {
    EXPECT_EQ(table.Find(label), number);
    EXPECT_EQ(table.Find(label + "!"), LabelTable::kNone);
  }
}

TEST(LabelTable, HoldsAMillionLabels) {
  std::vector<std::string> labels;
  for (int i = 0; i < 1000000; ++i) labels.push_back("user-" + std::to_string(i));
  const LabelTable table(labels);
  for (std::uint32_t i = 0; i < labels.size(); i += 997) EXPECT_EQ(table.Find(labels[i]), i);
  EXPECT_EQ(table.Find("user-1000000"), LabelTable::kNone);
}

}  // namespace
}  // namespace pillion
