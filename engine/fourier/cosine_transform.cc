#include "engine/fourier/cosine_transform.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "engine/java/trigonometry.h"

namespace pillion {
namespace {

constexpr double kRoot = std::numbers::sqrt2;

// What comes before the tables of the Fourier transform.
std::size_t CosineCount(std::uint32_t size) noexcept {
  return std::has_single_bit(size) ? size : 2 * std::size_t{size};
}

void FillFoldedCosines(std::size_t size, double* cosines) noexcept {
  if (size < 2) return;
  const std::size_t half = size / 2;
  const double step = std::numbers::pi / 4 / static_cast<double>(half);
  cosines[0] = kRoot / 2;
  cosines[half] = 0.5 * cosines[0];
  for (std::size_t j = 1; j < half; ++j) {
    const double angle = step * static_cast<double>(j);
    cosines[j] = 0.5 * JavaCos(angle);
    cosines[size - j] = 0.5 * JavaSin(angle);
  }
}

void FillPhases(std::size_t size, Complex* phases) noexcept {
  const double step = std::numbers::pi / static_cast<double>(2 * size);
  phases[0] = {1, 0};
  for (std::size_t j = 1; j < size; ++j) {
    const double angle = step * static_cast<double>(j);
    phases[j] = {JavaCos(angle), -JavaSin(angle)};
  }
}

void Scale(double* y, std::size_t size, double scale) noexcept {
  for (std::size_t i = 0; i < size; ++i) y[i] *= scale;
}

// From the order of FFTPACK, re 0, re 1, im 1, …, re N, to pairs, re N in the place of im 0.
void MakePairs(double* t, std::size_t count) noexcept {
  std::rotate(t + 1, t + count - 1, t + count);
}
void UnmakePairs(double* t, std::size_t count) noexcept { std::rotate(t + 1, t + 2, t + count); }

}  // namespace

std::size_t CosineTransform::TableLength(std::uint32_t size) noexcept {
  const std::size_t cosines = CosineCount(size);
  if (std::has_single_bit(size)) return cosines + SplitRadixFourier::TableLength(size / 2);
  if (MixedRadixFourier::Suits(cosines)) return cosines + MixedRadixFourier::TableLength(cosines);
  return cosines + ChirpFourier::TableLength(cosines);
}

std::size_t CosineTransform::ScratchLength(std::uint32_t size) noexcept {
  if (std::has_single_bit(size)) return 0;
  const std::size_t mirrored = 2 * std::size_t{size};
  return mirrored + (MixedRadixFourier::Suits(mirrored) ? MixedRadixFourier::ScratchLength(mirrored)
                                                        : ChirpFourier::ScratchLength(mirrored));
}

CosineTransform::Fourier CosineTransform::MakeFourier(std::uint32_t size, double* tables) noexcept {
  if (std::has_single_bit(size)) return SplitRadixFourier(size / 2, tables);
  const std::size_t mirrored = 2 * std::size_t{size};
  if (MixedRadixFourier::Suits(mirrored)) return MixedRadixFourier(mirrored, tables);
  return ChirpFourier(mirrored, tables);
}

CosineTransform::CosineTransform(std::uint32_t size, double* tables) noexcept
    : size_(size), cosines_(tables), fourier_(MakeFourier(size, tables + CosineCount(size))) {
  if (std::has_single_bit(size)) {
    FillFoldedCosines(size, tables);
  } else {
    FillPhases(size, reinterpret_cast<Complex*>(tables));
  }
}

// Between the transform of N / 2 pairs and that of N real numbers.
void CosineTransform::Unzip(double* y, bool plus) const noexcept {
  auto* pairs = reinterpret_cast<Complex*>(y);
  const std::size_t half = size_ / 2;
  for (std::size_t j = 1; 2 * j < half; ++j) {
    const Complex phase = {0.5 - cosines_[size_ - 4 * j], cosines_[4 * j]};
    Complex& a = pairs[j];
    Complex& b = pairs[half - j];
    const Complex change = (plus ? phase : Conjugate(phase)) * (a - Conjugate(b));
    a = a - change;
    b = b + Conjugate(change);
  }
}

void CosineTransform::TurnPairs(double* y) const noexcept {
  const std::size_t half = size_ / 2;
  for (std::size_t j = 1; j < half; ++j) {
    const double sine = cosines_[j] - cosines_[size_ - j];
    const double cosine = cosines_[j] + cosines_[size_ - j];
    const double a = y[j];
    const double b = y[size_ - j];
    y[j] = sine * a + cosine * b;
    y[size_ - j] = cosine * a - sine * b;
  }
  y[half] *= cosines_[0];
}

void CosineTransform::ForwardFolded(const SplitRadixFourier& fourier, double* y) const noexcept {
  const double last = y[size_ - 1];
  for (std::size_t j = size_ - 2; j >= 2; j -= 2) {
    y[j + 1] = y[j] - y[j - 1];
    y[j] += y[j - 1];
  }
  y[1] = y[0] - last;
  y[0] += last;
  Unzip(y, false);
  fourier.TransformMinus(reinterpret_cast<Complex*>(y));
  TurnPairs(y);
  Scale(y, size_, std::sqrt(2.0 / size_));
  y[0] /= kRoot;
}

void CosineTransform::InverseFolded(const SplitRadixFourier& fourier, double* y) const noexcept {
  Scale(y, size_, std::sqrt(2.0 / size_));
  y[0] /= kRoot;
  TurnPairs(y);
  fourier.TransformPlus(reinterpret_cast<Complex*>(y));
  Unzip(y, true);
  const double last = y[0] - y[1];
  y[0] += y[1];
  for (std::size_t j = 2; j < size_; j += 2) {
    y[j - 1] = y[j] - y[j + 1];
    y[j] += y[j + 1];
  }
  y[size_ - 1] = last;
}

void CosineTransform::Forward(const double* x, double* y, double* scratch) const noexcept {
  std::copy_n(x, size_, y);
  if (size_ == 1) return;
  if (const auto* fourier = std::get_if<SplitRadixFourier>(&fourier_)) {
    return ForwardFolded(*fourier, y);
  }
  const std::size_t mirrored = 2 * std::size_t{size_};
  double* t = scratch;
  std::copy_n(x, size_, t);
  std::reverse_copy(x, x + size_, t + size_);
  if (const auto* mixed = std::get_if<MixedRadixFourier>(&fourier_)) {
    mixed->Forward(t, t + mirrored);
    MakePairs(t, mirrored);
  } else {
    std::get_if<ChirpFourier>(&fourier_)->Forward(t, t + mirrored);
  }
  const auto* phases = reinterpret_cast<const Complex*>(cosines_);
  const auto* pairs = reinterpret_cast<const Complex*>(t);
  for (std::size_t i = 0; i < size_; ++i) y[i] = (phases[i] * pairs[i]).re;
  Scale(y, size_, 1 / std::sqrt(static_cast<double>(mirrored)));
  y[0] /= kRoot;
}

void CosineTransform::Inverse(const double* x, double* y, double* scratch) const noexcept {
  std::copy_n(x, size_, y);
  if (size_ == 1) return;
  if (const auto* fourier = std::get_if<SplitRadixFourier>(&fourier_)) {
    return InverseFolded(*fourier, y);
  }
  const std::size_t mirrored = 2 * std::size_t{size_};
  Scale(y, size_, std::sqrt(static_cast<double>(mirrored)));
  y[0] *= kRoot;
  const auto* phases = reinterpret_cast<const Complex*>(cosines_);
  auto* pairs = reinterpret_cast<Complex*>(scratch);
  for (std::size_t i = 0; i < size_; ++i) pairs[i] = y[i] * Conjugate(phases[i]);
  double* t = scratch;
  if (const auto* mixed = std::get_if<MixedRadixFourier>(&fourier_)) {
    UnmakePairs(t, mirrored);
    mixed->Backward(t, t + mirrored);
  } else {
    std::get_if<ChirpFourier>(&fourier_)->Backward(t, t + mirrored);
  }
  const double norm = 1.0 / static_cast<double>(mirrored);
  for (std::size_t i = 0; i < size_; ++i) y[i] = t[i] * norm;
}

}  // namespace pillion
