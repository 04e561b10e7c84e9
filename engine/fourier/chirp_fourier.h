// The Fourier transform of real numbers of any even count, as a convolution with a chirp
// (L. Bluestein) whose length is a power of two, in the order of JTransforms 2.4.
#pragma once

#include <cstddef>

#include "engine/fourier/complex.h"
#include "engine/fourier/split_radix_fourier.h"

namespace pillion {

// Reads tables that its maker keeps. Immutable; any number of threads may use one.
class ChirpFourier {
 public:
  static std::size_t TableLength(std::size_t count) noexcept;
  static std::size_t ScratchLength(std::size_t count) noexcept;

  // REQUIRES: `count` is even. Fills `tables`, which must outlive the transform.
  ChirpFourier(std::size_t count, double* tables) noexcept;

  // X_k = Σ x_j e^(-2πi jk / count), k below count / 2; that of count / 2 is real and stands in the
  // imaginary part of X_0.
  void Forward(double* x, double* scratch) const noexcept;
  // The way back, but for the factor 1 / count. Leaves the first half alone of the answer.
  void Backward(double* x, double* scratch) const noexcept;

 private:
  std::size_t count_;
  SplitRadixFourier convolution_;
  const Complex* chirp_;     // e^(iπ j² / count), [count]
  const Complex* spectrum_;  // of the chirp, over the convolution's length
};

}  // namespace pillion
