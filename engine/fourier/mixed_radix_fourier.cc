#include "engine/fourier/mixed_radix_fourier.h"

#include <algorithm>
#include <numbers>
#include <utility>

#include "engine/fourier/mixed_radix_passes.h"
#include "engine/java/trigonometry.h"

namespace pillion {
namespace {

using Pass = MixedRadixFourier::Pass;

constexpr double kTwoPi = 2 * std::numbers::pi;

// Calls `visit` with each factor, the larger powers of two first; one lone 2 comes to the front.
template <typename Visit>
void ForEachFactor(std::size_t count, const Visit& visit) noexcept {
  std::size_t fours = 0;
  for (; count % 4 == 0; count /= 4) ++fours;
  if (count % 2 == 0) {
    visit(std::size_t{2});
    count /= 2;
  }
  for (; fours > 0; --fours) visit(std::size_t{4});
  for (std::size_t factor = 3; count > 1; factor += 2) {
    for (; count % factor == 0; count /= factor) visit(factor);
  }
}

std::size_t RotationCount(std::size_t radix) noexcept {
  return radix % 2 == 0 ? 0 : (radix / 2) * (radix / 2);
}

void FillTwiddles(const Pass& pass, std::size_t count, std::size_t stride,
                  Complex* twiddles) noexcept {
  const double unit = kTwoPi / static_cast<double>(count);
  for (std::size_t j = 1; j < pass.radix; ++j) {
    const double step = static_cast<double>(j * stride) * unit;
    for (std::size_t c = 1; 2 * c < pass.width; ++c) {
      const double angle = static_cast<double>(c) * step;
      *twiddles++ = {JavaCos(angle), JavaSin(angle)};
    }
  }
}

// 3 and 5 have their own constants; for others each power comes from the one before.
void FillRotations(std::size_t radix, Complex* rotations) noexcept {
  constexpr Complex kThird = {-0.5, 0.866025403784438707610604524234076962};
  constexpr Complex kFifth = {0.309016994374947451262869435595348477,
                              0.951056516295153531181938433292089030};
  constexpr Complex kTwoFifths = {-0.809016994374947340240566973079694435,
                                  0.587785252292473248125759255344746634};
  const std::size_t half = radix / 2;
  if (radix == 3) {
    rotations[0] = kThird;
  } else if (radix == 5) {
    const Complex all[] = {kFifth, kTwoFifths, kTwoFifths, Conjugate(kFifth)};
    std::ranges::copy(all, rotations);
  } else if (radix % 2 != 0) {
    const double angle = kTwoPi / static_cast<double>(radix);
    const Complex root = {JavaCos(angle), JavaSin(angle)};
    Complex row = {1, 0};
    for (std::size_t l = 0; l < half; ++l) {
      row = root * row;
      Complex power = row;
      for (std::size_t j = 0; j < half; ++j, power = row * power) *rotations++ = power;
    }
  }
}

}  // namespace

bool MixedRadixFourier::Suits(std::size_t count) noexcept {
  for (const std::size_t factor : {2, 3, 5}) {
    while (count % factor == 0) count /= factor;
  }
  return count < 211;
}

std::size_t MixedRadixFourier::TableLength(std::size_t count) noexcept {
  std::size_t length = count;  // What the twiddles take at most.
  ForEachFactor(count, [&](std::size_t radix) { length += 2 * RotationCount(radix); });
  return length;
}

MixedRadixFourier::MixedRadixFourier(std::size_t count, double* tables) noexcept : count_(count) {
  auto* table = reinterpret_cast<Complex*>(tables);
  std::size_t stride = 1;
  ForEachFactor(count, [&](std::size_t radix) {
    const std::size_t width = count / (stride * radix);
    Complex* rotations = table + (radix - 1) * ((width - 1) / 2);
    const Pass pass = {radix, stride, width, table, rotations};
    FillTwiddles(pass, count, stride, table);
    FillRotations(radix, rotations);
    passes_[pass_count_++] = pass;
    table = rotations + RotationCount(radix);
    stride *= radix;
  });
}

void MixedRadixFourier::Forward(double* x, double* scratch) const noexcept {
  double* from = x;
  double* to = scratch;
  for (std::size_t i = pass_count_; i-- > 0;) {
    const Pass& pass = passes_[i];
    if (pass.radix % 2 != 0) {
      ForwardOdd(pass, from, to);
      continue;
    }
    if (pass.radix == 2) {
      ForwardTwo(pass, from, to);
    } else {
      ForwardFour(pass, from, to);
    }
    std::swap(from, to);
  }
  if (from != x) std::copy_n(from, count_, x);
}

void MixedRadixFourier::Backward(double* x, double* scratch) const noexcept {
  double* from = x;
  double* to = scratch;
  for (std::size_t i = 0; i < pass_count_; ++i) {
    const Pass& pass = passes_[i];
    if (pass.radix % 2 != 0) {
      BackwardOdd(pass, from, to);
      continue;
    }
    if (pass.radix == 2) {
      BackwardTwo(pass, from, to);
    } else {
      BackwardFour(pass, from, to);
    }
    std::swap(from, to);
  }
  if (from != x) std::copy_n(from, count_, x);
}

}  // namespace pillion
