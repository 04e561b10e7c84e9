#include "schemas/rows/layout_description.h"

#include <gtest/gtest.h>

#include <random>

namespace pillion {
namespace {

LayoutDescription Example() {
  LayoutDescription description;
  description.schema_hash = 0x0123456789abcdef;
  description.inputs = {{"größe", DataType::Scalar(BasicType::kDouble, false)},
                        {"tags", DataType::List(BasicType::kString)},
                        {"", DataType::Map(BasicType::kString, BasicType::kFloat)}};
  description.outputs = {{"v", DataType::Vector(27)},
                         {"rank0", DataType::Tensor(BasicType::kInt, std::vector<std::int32_t>{})},
                         {"any", DataType::Tensor(BasicType::kByteString)}};
  return description;
}

TEST(LayoutDescription, ComesBackAsItWent) {
  const LayoutDescription description = Example();
  const auto decoded = DecodeLayoutDescription(EncodeLayoutDescription(description));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->schema_hash, description.schema_hash);
  EXPECT_EQ(decoded->inputs, description.inputs);
  EXPECT_EQ(decoded->outputs, description.outputs);
}

TEST(LayoutDescription, RefusesEveryTruncationAndSurplus) {
  std::vector<std::byte> bytes = EncodeLayoutDescription(Example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodeLayoutDescription(std::span(bytes).first(length))) << length;
  }
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(DecodeLayoutDescription(bytes));
}

TEST(LayoutDescription, SurvivesRandomDamage) {
  std::mt19937 random(7);
  const std::vector<std::byte> good = EncodeLayoutDescription(Example());
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes = good;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    if (const auto decoded = DecodeLayoutDescription(bytes)) {
      EXPECT_EQ(EncodeLayoutDescription(*decoded), bytes);
    }
  }
}

}  // namespace
}  // namespace pillion
