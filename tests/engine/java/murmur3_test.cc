#include "engine/java/murmur3.h"

#include <gtest/gtest.h>

#include <limits>

namespace pillion {
namespace {

// Test vectors of the specification, from Spark's hashUnsafeBytes and hashUnsafeBytes2.
TEST(Murmur3, HashesAsSpark) {
  const struct {
    const char* text;
    std::int32_t byte_wise;
    std::int32_t byte_wise_bucket;
    std::int32_t standard;
    std::int32_t standard_bucket;
  } cases[] = {
      {"", 142593372, 249180, 142593372, 249180},
      {"a", 1485273170, 227410, -1293573533, 107107},
      {"abc", 1322437556, 183220, 1313807976, 204392},
      {"abcd", -396302900, 58828, -396302900, 58828},
      {"spark", 2101843105, 234657, -226056714, 173558},
      {"mleap", 1940018893, 153293, -262513646, 154642},
      {"café", -1360878028, 173620, 1312538061, 245197},
      {"日本", -336983209, 133975, 685738085, 231525},
  };
  constexpr std::int32_t kBuckets = 1 << 18;
  for (const auto& c : cases) {
    EXPECT_EQ(Murmur3(c.text, MurmurTail::kByteWise), c.byte_wise) << c.text;
    EXPECT_EQ(NonNegativeModulo(c.byte_wise, kBuckets), c.byte_wise_bucket) << c.text;
    EXPECT_EQ(Murmur3(c.text, MurmurTail::kStandard), c.standard) << c.text;
    EXPECT_EQ(NonNegativeModulo(c.standard, kBuckets), c.standard_bucket) << c.text;
  }
}

TEST(Murmur3, ModuloIsNeverNegative) {
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(NonNegativeModulo(kMin, 1), 0);
  EXPECT_EQ(NonNegativeModulo(kMin, 10), 2);
  EXPECT_EQ(NonNegativeModulo(-1, std::numeric_limits<std::int32_t>::max()), 2147483646);
}

}  // namespace
}  // namespace pillion
