// The orthonormal cosine transforms: DCT-II forward, DCT-III inverse, of any length. MLeap computes
// them with JTransforms 2.4; this makes the same additions and products in the same order, over
// tables of Java's sines: same bits, and the same places for NaNs, infinities and overflows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "engine/fourier/chirp_fourier.h"
#include "engine/fourier/complex.h"
#include "engine/fourier/mixed_radix_fourier.h"
#include "engine/fourier/split_radix_fourier.h"

namespace pillion {

// Reads tables that its maker keeps. Immutable; any number of threads may use one.
class CosineTransform {
 public:
  // How many doubles the tables and the scratch memory of a length take.
  static std::size_t TableLength(std::uint32_t size) noexcept;
  static std::size_t ScratchLength(std::uint32_t size) noexcept;

  // Fills `tables`, which must outlive the transform.
  CosineTransform(std::uint32_t size, double* tables) noexcept;

  std::uint32_t size() const noexcept { return size_; }

  // X_k = c_k Σ x_n cos(π (2n+1) k / 2N), with c_0 = √(1/N) and c_k = √(2/N).
  void Forward(const double* x, double* y, double* scratch) const noexcept;
  // x_n = Σ c_k X_k cos(π (2n+1) k / 2N).
  void Inverse(const double* x, double* y, double* scratch) const noexcept;

 private:
  // Powers of two fold their numbers in pairs, other lengths mirror them.
  using Fourier = std::variant<SplitRadixFourier, MixedRadixFourier, ChirpFourier>;
  static Fourier MakeFourier(std::uint32_t size, double* tables) noexcept;

  void ForwardFolded(const SplitRadixFourier& fourier, double* y) const noexcept;
  void InverseFolded(const SplitRadixFourier& fourier, double* y) const noexcept;
  void Unzip(double* y, bool plus) const noexcept;
  void TurnPairs(double* y) const noexcept;

  std::uint32_t size_;
  // Powers of two: cos(π j / 2N) / 2, [N], but for the first, √½. Others: e^(-iπ j / 2N), [2 N].
  const double* cosines_;
  Fourier fourier_;
};

}  // namespace pillion
