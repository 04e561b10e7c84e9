// Draws from gamma distributions as Breeze's default generator gives them after each start: a
// Mersenne twister with seed 0, polar normals, Marsaglia and Tsang's rejection.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace pillion {

class GammaDraws {
 public:
  // REQUIRES: shape >= 1.
  GammaDraws(double shape, double scale) : shape_(shape), scale_(scale) {}

  double Next();
  std::vector<double> Next(std::size_t count);

 private:
  double Uniform();
  double Gaussian();

  double shape_;
  double scale_;
  std::mt19937 bits_{0};
  double spare_gaussian_ = 0;
  bool has_spare_ = false;
};

// The derivative of log gamma as Breeze computes it, right to eight digits: a sign of its series
// is wrong. NaN for NaN and below -1000, where Breeze
// overflows its stack.
double Digamma(double x) noexcept;

}  // namespace pillion
