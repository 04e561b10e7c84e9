#include "engine/kernels/cosine_transform.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace pillion {
namespace {

using Complex = CosineTransform::Complex;

// Powers of two go through the Fourier transform whatever their length: there, what cancels does so
// exactly, as in JTransforms.
bool IsSummed(std::uint32_t size) noexcept { return size <= 64 && !std::has_single_bit(size); }

Complex Product(Complex a, Complex b) noexcept {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// e^(-i π numerator / denominator).
Complex Phase(std::uint64_t numerator, std::uint64_t denominator) noexcept {
  const double angle = std::numbers::pi * static_cast<double>(numerator % (2 * denominator)) /
                       static_cast<double>(denominator);
  return {std::cos(angle), -std::sin(angle)};
}

// The power of two whose Fourier transform does the work: the length itself, or room for the
// convolution that replaces a transform of another length (Bluestein).
std::size_t PowerOfTwo(std::uint32_t size) noexcept {
  return std::has_single_bit(size) ? size : std::bit_ceil(2 * std::size_t{size} - 1);
}

// In place, forward, radix 2. `twiddles`: e^(-2π i k / count), [count / 2].
void RadixTwo(Complex* values, std::size_t count, const Complex* twiddles) noexcept {
  for (std::size_t i = 1, reversed = 0; i < count; ++i) {
    std::size_t bit = count >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(values[i], values[reversed]);
  }
  for (std::size_t half = 1; half < count; half *= 2) {
    const std::size_t stride = count / (2 * half);
    for (std::size_t begin = 0; begin < count; begin += 2 * half) {
      for (std::size_t j = begin; j < begin + half; ++j) {
        const Complex odd = Product(values[j + half], twiddles[(j - begin) * stride]);
        const Complex even = values[j];
        values[j] = {even.re + odd.re, even.im + odd.im};
        values[j + half] = {even.re - odd.re, even.im - odd.im};
      }
    }
  }
}

Complex* AsComplex(double* memory) noexcept { return reinterpret_cast<Complex*>(memory); }

}  // namespace

std::size_t CosineTransform::TableLength(std::uint32_t size) noexcept {
  if (IsSummed(size)) return 4 * std::size_t{size};
  const std::size_t power = PowerOfTwo(size);
  const std::size_t chirp = power == size ? 0 : 2 * std::size_t{size} + 2 * power;
  return 2 * std::size_t{size} + power + chirp;
}

std::size_t CosineTransform::ScratchLength(std::uint32_t size) noexcept {
  return IsSummed(size) ? 0 : 2 * std::size_t{size} + 2 * PowerOfTwo(size);
}

CosineTransform::CosineTransform(std::uint32_t size, double* tables) noexcept
    : size_(size), first_scale_(std::sqrt(1.0 / size)), scale_(std::sqrt(2.0 / size)) {
  if (IsSummed(size)) {
    cosines_ = tables;
    for (std::uint32_t i = 0; i < 4 * size; ++i) tables[i] = Phase(i, 2 * size).re;
    return;
  }
  const std::size_t power = PowerOfTwo(size);
  Complex* phases = AsComplex(tables);
  Complex* twiddles = phases + size;
  for (std::uint32_t k = 0; k < size; ++k) phases[k] = Phase(k, 2 * std::uint64_t{size});
  for (std::size_t k = 0; k < power / 2; ++k) twiddles[k] = Phase(2 * k, power);
  phases_ = phases;
  twiddles_ = twiddles;
  if (power == size) return;
  Complex* chirp = twiddles + power / 2;
  Complex* spectrum = chirp + size;
  std::fill_n(spectrum, power, Complex{0, 0});
  for (std::uint64_t n = 0; n < size; ++n) {
    chirp[n] = Phase(n * n, size);
    spectrum[n] = {chirp[n].re, -chirp[n].im};
    spectrum[n == 0 ? 0 : power - n] = spectrum[n];
  }
  RadixTwo(spectrum, power, twiddles);
  chirp_ = chirp;
  chirp_spectrum_ = spectrum;
}

void CosineTransform::Fourier(Complex* values, Complex* convolution) const noexcept {
  const std::size_t power = PowerOfTwo(size_);
  if (chirp_ == nullptr) return RadixTwo(values, power, twiddles_);
  for (std::uint32_t n = 0; n < size_; ++n) convolution[n] = Product(values[n], chirp_[n]);
  std::fill(convolution + size_, convolution + power, Complex{0, 0});
  RadixTwo(convolution, power, twiddles_);
  // The transform back is the transform of the conjugate.
  for (std::size_t k = 0; k < power; ++k) {
    convolution[k] = Product(convolution[k], chirp_spectrum_[k]);
    convolution[k].im = -convolution[k].im;
  }
  RadixTwo(convolution, power, twiddles_);
  const double scale = 1.0 / static_cast<double>(power);
  for (std::uint32_t n = 0; n < size_; ++n) {
    values[n] = Product({convolution[n].re * scale, -convolution[n].im * scale}, chirp_[n]);
  }
}

void CosineTransform::Forward(const double* x, double* y, double* scratch) const noexcept {
  if (cosines_ != nullptr) {
    for (std::uint32_t k = 0; k < size_; ++k) {
      double sum = 0;
      for (std::uint32_t n = 0; n < size_; ++n) {
        sum += x[n] * cosines_[(2 * n + 1) * k % (4 * size_)];
      }
      y[k] = sum * (k == 0 ? first_scale_ : scale_);
    }
    return;
  }
  // Even places forwards, odd ones backwards: Makhoul's order.
  Complex* values = AsComplex(scratch);
  for (std::uint32_t n = 0; 2 * n < size_; ++n) values[n] = {x[2 * n], 0};
  for (std::uint32_t n = 0; 2 * n + 1 < size_; ++n) values[size_ - 1 - n] = {x[2 * n + 1], 0};
  Fourier(values, values + size_);
  for (std::uint32_t k = 0; k < size_; ++k) {
    y[k] = Product(values[k], phases_[k]).re * (k == 0 ? first_scale_ : scale_);
  }
}

void CosineTransform::Inverse(const double* x, double* y, double* scratch) const noexcept {
  if (cosines_ != nullptr) {
    for (std::uint32_t n = 0; n < size_; ++n) {
      double sum = first_scale_ * x[0];
      for (std::uint32_t k = 1; k < size_; ++k) {
        sum += scale_ * x[k] * cosines_[(2 * n + 1) * k % (4 * size_)];
      }
      y[n] = sum;
    }
    return;
  }
  // The forward steps backwards, on conjugates: the imaginary parts of the result are 0.
  Complex* values = AsComplex(scratch);
  values[0] = {x[0] / first_scale_, 0};
  for (std::uint32_t k = 1; k < size_; ++k) {
    values[k] = Product({x[k] / scale_, x[size_ - k] / scale_}, phases_[k]);
  }
  Fourier(values, values + size_);
  const double scale = 1.0 / size_;
  for (std::uint32_t n = 0; 2 * n < size_; ++n) y[2 * n] = values[n].re * scale;
  for (std::uint32_t n = 0; 2 * n + 1 < size_; ++n) {
    y[2 * n + 1] = values[size_ - 1 - n].re * scale;
  }
}

}  // namespace pillion
