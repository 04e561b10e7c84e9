// The Fourier transform of real numbers whose count has small factors: P. Swarztrauber's FFTPACK,
// with the additions and products in the order of JTransforms 2.4. One function does all odd
// factors; 2 and 4 have their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/fourier/complex.h"

namespace pillion {

// Reads tables that its maker keeps. Immutable; any number of threads may use one.
class MixedRadixFourier {
 public:
  // Takes `count` apart as JTransforms does: a transform of `count` numbers is worth its passes if
  // what 2, 3 and 5 leave of it is small.
  static bool Suits(std::size_t count) noexcept;

  static std::size_t TableLength(std::size_t count) noexcept;
  static std::size_t ScratchLength(std::size_t count) noexcept { return count; }

  // REQUIRES: Suits(count). Fills `tables`, which must outlive the transform.
  MixedRadixFourier(std::size_t count, double* tables) noexcept;

  // X_k = Σ x_j e^(-2πi jk / count), k up to count / 2, in the order re X_0, re X_1, im X_1, …
  void Forward(double* x, double* scratch) const noexcept;
  // The way back, but for the factor 1 / count.
  void Backward(double* x, double* scratch) const noexcept;

  // One factor's pass over [groups][radix][width] and [radix][groups][width] numbers.
  struct Pass {
    std::size_t radix;
    std::size_t groups;
    std::size_t width;
    const Complex* twiddles;   // e^(2πi j (c+1) / (radix width)), [radix - 1][(width - 1) / 2]
    const Complex* rotations;  // odd radix: e^(2πi j l / radix), j and l from 1 up to its half
  };

 private:
  static constexpr std::size_t kPassesMax = 40;

  std::size_t count_;
  std::size_t pass_count_ = 0;
  std::array<Pass, kPassesMax> passes_;
};

}  // namespace pillion
