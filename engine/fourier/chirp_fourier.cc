#include "engine/fourier/chirp_fourier.h"

#include <algorithm>
#include <bit>
#include <numbers>

#include "engine/java/trigonometry.h"

namespace pillion {
namespace {

std::size_t ConvolutionCount(std::size_t count) noexcept { return std::bit_ceil(2 * count - 1); }

void FillChirp(std::size_t count, Complex* chirp) noexcept {
  const double unit = std::numbers::pi / static_cast<double>(count);
  chirp[0] = {1, 0};
  std::size_t square = 0;  // j² modulo 2 count.
  for (std::size_t j = 1; j < count; ++j) {
    square += 2 * j - 1;
    if (square >= 2 * count) square -= 2 * count;
    const double angle = unit * static_cast<double>(square);
    chirp[j] = {JavaCos(angle), JavaSin(angle)};
  }
}

}  // namespace

std::size_t ChirpFourier::TableLength(std::size_t count) noexcept {
  const std::size_t power = ConvolutionCount(count);
  return 2 * count + 2 * power + SplitRadixFourier::TableLength(power);
}

std::size_t ChirpFourier::ScratchLength(std::size_t count) noexcept {
  return 2 * ConvolutionCount(count);
}

ChirpFourier::ChirpFourier(std::size_t count, double* tables) noexcept
    : count_(count),
      convolution_(ConvolutionCount(count), tables + 2 * count + 2 * ConvolutionCount(count)) {
  auto* chirp = reinterpret_cast<Complex*>(tables);
  Complex* spectrum = chirp + count;
  const std::size_t power = convolution_.count();
  FillChirp(count, chirp);
  const double scale = 1.0 / static_cast<double>(power);
  std::fill_n(spectrum, power, Complex{0, 0});
  spectrum[0] = scale * chirp[0];
  for (std::size_t j = 1; j < count; ++j) {
    spectrum[j] = scale * chirp[j];
    spectrum[power - j] = spectrum[j];
  }
  convolution_.TransformMinus(spectrum);
  chirp_ = chirp;
  spectrum_ = spectrum;
}

void ChirpFourier::Forward(double* x, double* scratch) const noexcept {
  auto* values = reinterpret_cast<Complex*>(scratch);
  const std::size_t power = convolution_.count();
  for (std::size_t j = 0; j < count_; ++j) values[j] = x[j] * Conjugate(chirp_[j]);
  std::fill(values + count_, values + power, Complex{0, 0});
  convolution_.TransformMinus(values);
  for (std::size_t j = 0; j < power; ++j) values[j] = spectrum_[j] * values[j];
  convolution_.TransformPlus(values);
  const std::size_t half = count_ / 2;
  const auto output = [&](std::size_t k) { return Conjugate(chirp_[k]) * values[k]; };
  x[0] = output(0).re;
  x[1] = output(half).re;
  for (std::size_t k = 1; k < half; ++k) {
    x[2 * k] = output(k).re;
    x[2 * k + 1] = output(k).im;
  }
}

void ChirpFourier::Backward(double* x, double* scratch) const noexcept {
  auto* values = reinterpret_cast<Complex*>(scratch);
  const std::size_t power = convolution_.count();
  const std::size_t half = count_ / 2;
  values[0] = x[0] * chirp_[0];
  values[half] = x[1] * chirp_[half];
  for (std::size_t k = 1; k < half; ++k) {
    const Complex value = {x[2 * k], x[2 * k + 1]};
    values[k] = chirp_[k] * value;
    values[count_ - k] = chirp_[count_ - k] * Conjugate(value);
  }
  std::fill(values + count_, values + power, Complex{0, 0});
  convolution_.TransformMinus(values);
  for (std::size_t j = 0; j < power; ++j) values[j] = Conjugate(spectrum_[j]) * values[j];
  convolution_.TransformPlus(values);
  for (std::size_t j = 0; j < half; ++j) x[j] = (chirp_[j] * values[j]).re;
}

}  // namespace pillion
