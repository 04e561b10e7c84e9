// The complex Fourier transform of a power of two, in place: T. Ooura's split radix, with the
// additions and products in the order of JTransforms 2.4, so that roundings and overflows agree.
#pragma once

#include <cstddef>

#include "engine/fourier/complex.h"

namespace pillion {

// Reads tables that its maker keeps. Immutable; any number of threads may use one.
class SplitRadixFourier {
 public:
  // Of one place j: e^(iθ) and e^(3iθ), θ = 2πj / count.
  struct Twiddle {
    Complex first;
    Complex third;
  };

  // How many doubles the tables of a transform of `count` numbers take.
  static std::size_t TableLength(std::size_t count) noexcept;

  // REQUIRES: `count` is a power of two, or 0. Fills `tables`, which must outlive the transform.
  SplitRadixFourier(std::size_t count, double* tables) noexcept;

  std::size_t count() const noexcept { return count_; }

  // X_k = Σ x_j e^(2πi jk / count).
  void TransformPlus(Complex* x) const noexcept;
  // X_k = Σ x_j e^(-2πi jk / count).
  void TransformMinus(Complex* x) const noexcept;

 private:
  template <bool kConjugated>
  void SplitStraight(Complex* x, std::size_t count) const noexcept;
  void SplitShifted(Complex* x, std::size_t count) const noexcept;
  void Descend(Complex* x, std::size_t count, bool shifted) const noexcept;
  void DescendQuarters(Complex* x, std::size_t count, bool shifted) const noexcept;
  void Eight(Complex* x) const noexcept;
  void EightShifted(Complex* x) const noexcept;
  void Sixteen(Complex* x) const noexcept;
  void SixteenShifted(Complex* x) const noexcept;

  std::size_t count_;
  const Twiddle* twiddles_;   // [count / 8]
  Complex eighth_;            // e^(iπ/8)
  Complex sixteenth_;         // e^(iπ/16)
  Complex three_sixteenths_;  // e^(3iπ/16)
};

}  // namespace pillion
