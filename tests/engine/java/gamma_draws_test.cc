// Against draws of the real MLeap, and known values of digamma.
#include "engine/java/gamma_draws.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pillion {
namespace {

TEST(GammaDraws, AreThoseOfBreezesDefaultGenerator) {
  const double expected[] = {0.9207522951297558, 0.972190296609509, 0.9161292703613801,
                             1.0403694214760428, 1.1374633601481037};
  GammaDraws draws(100, 0.01);
  for (const double draw : expected) EXPECT_NEAR(draws.Next(), draw, 1e-15);
}

// Breeze's series has a wrong sign, which shows in the ninth digit.
TEST(Digamma, KnownValues) {
  EXPECT_NEAR(Digamma(1), -0.5772156649015329, 1e-8);
  EXPECT_NEAR(Digamma(0.5), -1.9635100260214235, 1e-8);
  EXPECT_NEAR(Digamma(10), 2.251752589066721, 1e-8);
  EXPECT_NEAR(Digamma(1e-6), -1000000.5772156649, 1e-5);
  EXPECT_TRUE(std::isnan(Digamma(std::nan(""))));
  EXPECT_TRUE(std::isnan(Digamma(-1e9)));
}

}  // namespace
}  // namespace pillion
