#include "engine/fourier/split_radix_fourier.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "engine/java/trigonometry.h"

namespace pillion {
namespace {

using Twiddle = SplitRadixFourier::Twiddle;

constexpr double kQuarterPi = std::numbers::pi / 4;
constexpr double kHalfRoot = std::numbers::sqrt2 / 2;

Complex Turn(double angle) noexcept { return {JavaCos(angle), JavaSin(angle)}; }

// x e^(iπ/4).
Complex TurnEighth(Complex x) noexcept {
  return {kHalfRoot * (x.re - x.im), kHalfRoot * (x.im + x.re)};
}

// x e^(-iπ/4).
Complex TurnEighthBack(Complex x) noexcept {
  return {kHalfRoot * (x.re + x.im), kHalfRoot * (x.im - x.re)};
}

// The transform of four numbers, in the order 0, 2, 1, 3; kConjugated: of their conjugates.
template <bool kConjugated = false>
std::array<Complex, 4> Butterfly(Complex x0, Complex x1, Complex x2, Complex x3) noexcept {
  Complex odd_sum = x1 + x3;
  Complex odd_difference = x1 - x3;
  if constexpr (kConjugated) {
    x0 = Conjugate(x0);
    x2 = Conjugate(x2);
    odd_sum = Conjugate(odd_sum);
    odd_difference = Conjugate(odd_difference);
  }
  const Complex even_sum = x0 + x2;
  const Complex even_difference = x0 - x2;
  const Complex turned = TimesI(odd_difference);
  return {even_sum + odd_sum, even_sum - odd_sum, even_difference + turned,
          even_difference - turned};
}

// The same for the places a half further on, k + 1/2.
std::array<Complex, 4> ShiftedButterfly(Complex x0, Complex x1, Complex x2, Complex x3) noexcept {
  const Complex odd = TurnEighth(x1 + TimesI(x3));
  const Complex turned = TimesI(TurnEighth(x1 - TimesI(x3)));
  const Complex even = x0 + TimesI(x2);
  const Complex even_back = x0 - TimesI(x2);
  return {even + odd, even - odd, even_back + turned, even_back - turned};
}

// One column of a shifted split: x[0], x[q], x[2q], x[3q] as even and odd parts.
struct ShiftedColumn {
  ShiftedColumn(Complex* x, std::size_t quarter) noexcept
      : even(x[0] + TimesI(x[2 * quarter])),
        odd(x[quarter] + TimesI(x[3 * quarter])),
        even_back(x[0] - TimesI(x[2 * quarter])),
        odd_back(x[quarter] - TimesI(x[3 * quarter])) {}
  Complex even;
  Complex odd;
  Complex even_back;
  Complex odd_back;
};

void Store(Complex* x, std::size_t stride, Complex p, Complex q, Complex r, Complex s) noexcept {
  x[0] = p + q;
  x[stride] = p - q;
  x[2 * stride] = r + s;
  x[3 * stride] = r - s;
}

void StoreFour(Complex* x, const std::array<Complex, 4>& four) noexcept {
  std::copy(four.begin(), four.end(), x);
}

void ReverseBits(Complex* x, std::size_t count) noexcept {
  for (std::size_t i = 1, reversed = 0; i < count; ++i) {
    std::size_t bit = count >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(x[i], x[reversed]);
  }
}

// Every second twiddle is computed, those between are the mean of their neighbours, scaled.
void FillTwiddles(std::size_t count, Twiddle* twiddles) noexcept {
  const std::size_t size = count / 8;
  const std::size_t quarter = count / 4;
  const double step = kQuarterPi / static_cast<double>(quarter);
  twiddles[0] = {{1, 0}, {1, 0}};
  for (std::size_t i = 2; i < size; i += 2) {
    const double angle = step * static_cast<double>(2 * i);
    twiddles[i] = {Turn(angle), Turn(3 * angle)};
  }
  const double first_scale = 0.5 / JavaCos(step * 2);
  const double third_scale = 0.5 / JavaCos(step * 6);
  const Twiddle middle = {{kHalfRoot, kHalfRoot}, {-kHalfRoot, kHalfRoot}};
  for (std::size_t i = 1; i < size; i += 2) {
    const Twiddle& next = i + 1 < size ? twiddles[i + 1] : middle;
    twiddles[i] = {first_scale * (twiddles[i - 1].first + next.first),
                   third_scale * (twiddles[i - 1].third + next.third)};
  }
}

}  // namespace

std::size_t SplitRadixFourier::TableLength(std::size_t count) noexcept {
  return count < 32 ? 0 : count / 8 * (sizeof(Twiddle) / sizeof(double));
}

SplitRadixFourier::SplitRadixFourier(std::size_t count, double* tables) noexcept
    : count_(count),
      twiddles_(reinterpret_cast<Twiddle*>(tables)),
      eighth_(Turn(kQuarterPi / 2)),
      sixteenth_(Turn(kQuarterPi / 4)),
      three_sixteenths_(Turn(3 * (kQuarterPi / 4))) {
  if (count >= 32) FillTwiddles(count, reinterpret_cast<Twiddle*>(tables));
}

// Into quarters: the even places, in halves, and the odd ones, a quarter straight and one shifted.
template <bool kConjugated>
void SplitRadixFourier::SplitStraight(Complex* x, std::size_t count) const noexcept {
  const std::size_t quarter = count / 4;
  const std::size_t middle = quarter / 2;
  const std::size_t step = count_ / count;
  for (std::size_t j = 0; j < quarter; ++j) {
    auto [a, b, c, d] =
        Butterfly<kConjugated>(x[j], x[j + quarter], x[j + 2 * quarter], x[j + 3 * quarter]);
    if (j == middle) {
      c = TurnEighth(c);
      d = -TurnEighthBack(d);
    } else if (j > middle) {
      const Twiddle& twiddle = twiddles_[(quarter - j) * step];
      c = Swap(twiddle.first) * c;
      d = -Swap(twiddle.third) * d;
    } else if (j > 0) {
      const Twiddle& twiddle = twiddles_[j * step];
      c = twiddle.first * c;
      d = twiddle.third * d;
    }
    x[j] = a;
    x[j + quarter] = b;
    x[j + 2 * quarter] = c;
    x[j + 3 * quarter] = d;
  }
}

// The same for a part whose places are shifted by a half.
void SplitRadixFourier::SplitShifted(Complex* x, std::size_t count) const noexcept {
  const std::size_t quarter = count / 4;
  const std::size_t step = count_ / count / 2;
  for (std::size_t j = 0; j < quarter; ++j) {
    const ShiftedColumn column(x + j, quarter);
    const Twiddle& w = twiddles_[j * step];
    if (j == 0) {
      Store(x, quarter, column.even, TurnEighth(column.odd), column.even_back,
            TimesI(TurnEighth(column.odd_back)));
    } else if (j == quarter / 2) {
      Store(x + j, quarter, w.first * column.even, Swap(w.first) * column.odd,
            Swap(w.first) * column.even_back, -(w.first * column.odd_back));
    } else {
      const Twiddle& mirrored = twiddles_[(quarter - j) * step];
      Store(x + j, quarter, w.first * column.even, Swap(mirrored.first) * column.odd,
            w.third * column.even_back, -Swap(mirrored.third) * column.odd_back);
    }
  }
}

void SplitRadixFourier::Descend(Complex* x, std::size_t count, bool shifted) const noexcept {
  if (count == 8) return shifted ? EightShifted(x) : Eight(x);
  if (count == 16) return shifted ? SixteenShifted(x) : Sixteen(x);
  if (shifted) {
    SplitShifted(x, count);
  } else {
    SplitStraight<false>(x, count);
  }
  DescendQuarters(x, count, shifted);
}

void SplitRadixFourier::DescendQuarters(Complex* x, std::size_t count,
                                        bool shifted) const noexcept {
  const std::size_t quarter = count / 4;
  Descend(x, quarter, false);
  Descend(x + quarter, quarter, true);
  Descend(x + 2 * quarter, quarter, false);
  Descend(x + 3 * quarter, quarter, shifted);
}

void SplitRadixFourier::Eight(Complex* x) const noexcept {
  const auto [a0, a1, a2, a3] = Butterfly(x[0], x[2], x[4], x[6]);
  const auto [b0, b1, b2, b3] = Butterfly(x[1], x[3], x[5], x[7]);
  const Complex b2_turned = TurnEighth(b2);
  const Complex b3_turned = TimesI(TurnEighth(b3));
  Store(x, 1, a0, b0, a1, TimesI(b1));
  Store(x + 4, 1, a2, b2_turned, a3, b3_turned);
}

void SplitRadixFourier::EightShifted(Complex* x) const noexcept {
  const ShiftedColumn a(x, 2);
  const ShiftedColumn b(x + 1, 2);
  const Complex a_odd = TurnEighth(a.odd);
  const Complex a_odd_back = TimesI(TurnEighth(a.odd_back));
  const Complex b_even = eighth_ * b.even;
  const Complex b_odd = Swap(eighth_) * b.odd;
  const Complex b_even_back = Swap(eighth_) * b.even_back;
  const Complex b_odd_back = eighth_ * b.odd_back;
  Store(x, 1, a.even + a_odd, b_even + b_odd, a.even - a_odd, TimesI(b_even - b_odd));
  Store(x + 4, 1, a.even_back + a_odd_back, b_even_back - b_odd_back, a.even_back - a_odd_back,
        TimesI(b_even_back + b_odd_back));
}

void SplitRadixFourier::Sixteen(Complex* x) const noexcept {
  std::array<std::array<Complex, 4>, 4> y;
  for (std::size_t j = 0; j < 4; ++j) y[j] = Butterfly(x[j], x[j + 4], x[j + 8], x[j + 12]);
  StoreFour(x, Butterfly(y[0][0], y[1][0], y[2][0], y[3][0]));
  StoreFour(x + 4, ShiftedButterfly(y[0][1], y[1][1], y[2][1], y[3][1]));
  StoreFour(x + 8,
            Butterfly(y[0][2], eighth_ * y[1][2], TurnEighth(y[2][2]), Swap(eighth_) * y[3][2]));
  StoreFour(x + 12, Butterfly(y[0][3], Swap(eighth_) * y[1][3], -TurnEighthBack(y[2][3]),
                              -(eighth_ * y[3][3])));
}

void SplitRadixFourier::SixteenShifted(Complex* x) const noexcept {
  const Complex w1 = sixteenth_;
  const Complex w2 = eighth_;
  const Complex w3 = three_sixteenths_;
  const ShiftedColumn a(x, 4);
  const ShiftedColumn b(x + 1, 4);
  const ShiftedColumn c(x + 2, 4);
  const ShiftedColumn d(x + 3, 4);
  std::array<Complex, 16> y;
  Store(&y[0], 4, a.even, TurnEighth(a.odd), a.even_back, TimesI(TurnEighth(a.odd_back)));
  Store(&y[1], 4, w1 * b.even, Swap(w3) * b.odd, w3 * b.even_back, -(Conjugate(w1) * b.odd_back));
  Store(&y[2], 4, w2 * c.even, Swap(w2) * c.odd, Swap(w2) * c.even_back, -(w2 * c.odd_back));
  Store(&y[3], 4, w3 * d.even, Swap(w1) * d.odd, Conjugate(Swap(w1)) * d.even_back,
        Swap(w3) * d.odd_back);
  StoreFour(x, Butterfly(y[0], y[1], y[2], y[3]));
  StoreFour(x + 4, ShiftedButterfly(y[4], y[5], y[6], y[7]));
  StoreFour(x + 8, Butterfly(y[8], y[9], y[10], -y[11]));
  StoreFour(x + 12, ShiftedButterfly(y[12], y[13], y[14], -y[15]));
}

void SplitRadixFourier::TransformPlus(Complex* x) const noexcept {
  if (count_ >= 32) {
    SplitStraight<false>(x, count_);
    DescendQuarters(x, count_, false);
  } else if (count_ >= 8) {
    Descend(x, count_, false);
  } else if (count_ == 4) {
    StoreFour(x, Butterfly(x[0], x[1], x[2], x[3]));
  } else if (count_ == 2) {
    const Complex first = x[0];
    x[0] = first + x[1];
    x[1] = first - x[1];
  }
  ReverseBits(x, count_);
}

void SplitRadixFourier::TransformMinus(Complex* x) const noexcept {
  if (count_ < 32) {
    TransformPlus(x);
    if (count_ > 2) std::reverse(x + 1, x + count_);
    return;
  }
  SplitStraight<true>(x, count_);
  DescendQuarters(x, count_, false);
  ReverseBits(x, count_);
  for (std::size_t j = 0; j < count_; ++j) x[j] = Conjugate(x[j]);
}

}  // namespace pillion
