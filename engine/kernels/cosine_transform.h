// The orthonormal cosine transforms: DCT-II forward, DCT-III inverse, of any length. Short ones
// are summed as they are defined, others go through a Fourier transform.
// MLeap computes them with JTransforms, whose last bits differ: equal to about 1e-15 of the
// vector's norm.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pillion {

// Reads tables that its maker keeps. Immutable; any number of threads may use one.
class CosineTransform {
 public:
  struct Complex {
    double re;
    double im;
  };

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
  void Fourier(Complex* values, Complex* convolution) const noexcept;

  std::uint32_t size_;
  double first_scale_;                 // c_0
  double scale_;                       // c_k
  const double* cosines_ = nullptr;    // short ones: cos(π i / 2N), [4 N]
  const Complex* phases_ = nullptr;    // e^(-i π k / 2N), [N]
  const Complex* twiddles_ = nullptr;  // of the power of two below, [half of it]
  const Complex* chirp_ = nullptr;     // e^(-i π n² / N), [N]; nullptr: N is a power of two
  const Complex* chirp_spectrum_ = nullptr;
};

}  // namespace pillion
