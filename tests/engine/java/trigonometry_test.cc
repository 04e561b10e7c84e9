#include "engine/java/trigonometry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace pillion {
namespace {

// Recorded on JDK 17. In the first four the C library or the nearest double is another.
TEST(JavaTrigonometry, GivesTheBitsOfMath) {
  struct Recorded {
    double x;
    double sine;
    double cosine;
  };
  constexpr Recorded kRecorded[] = {
      {0x1.32614d27d162bp-5, 0x1.324f0492680bdp-5, 0x1.ffa4578bdf314p-1},
      {0x1.4843ae1860576p-3, 0x1.46dc4f4ce83c7p-3, 0x1.f96fe405f1ac7p-1},
      {0x1.69173f8136c69p0, 0x1.f96fe405f1ac7p-1, 0x1.46dc4f4ce83cbp-3},
      {0x1.99b60acccb531p0, 0x1.ffc6701e55d97p-1, -0x1.e5832f77a68fbp-6},
      {0, 0, 1},
      {0x1.56e1fc2f8f359p-997, 0x1.56e1fc2f8f359p-997, 1},
      {-0x1.8p-1, -0x1.5cffc16bf8f0dp-1, 0x1.769fec655211fp-1},
      {0x1.8p1, 0x1.210386db6d55bp-3, -0x1.fae04be85e5d2p-1},
      {0x1.34ap10, 0x1.29c531dfd031bp-3, -0x1.fa8f2ceb78372p-1},
      {-0x1.fbd08p15, -0x1.490df468e29d6p-1, 0x1.88424e52064b7p-1},
  };
  for (const auto& [x, sine, cosine] : kRecorded) {
    EXPECT_EQ(JavaSin(x), sine) << x;
    EXPECT_EQ(JavaCos(x), cosine) << x;
  }
}

TEST(JavaTrigonometry, IsWithinAnUlpOfTheTruth) {
  for (int i = -20000; i < 20000; ++i) {
    const double x = i * std::numbers::phi / 32;
    const auto ulp = [](long double y) {
      return std::ldexp(1.0, std::ilogb(static_cast<double>(y)) - 52);
    };
    const long double sine = std::sin(static_cast<long double>(x));
    const long double cosine = std::cos(static_cast<long double>(x));
    ASSERT_LE(std::abs(JavaCos(x) - cosine), ulp(cosine)) << x;
    if (i != 0) {
      ASSERT_LE(std::abs(JavaSin(x) - sine), ulp(sine)) << x;
    }
  }
}

}  // namespace
}  // namespace pillion
