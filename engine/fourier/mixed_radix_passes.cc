#include "engine/fourier/mixed_radix_passes.h"

#include <algorithm>
#include <numbers>

namespace pillion {
namespace {

using Pass = MixedRadixFourier::Pass;

// Numbers as [outer][inner][width]: rows, and in a row complex columns from 1 on.
template <typename T>
class Rows {
 public:
  Rows(T* data, std::size_t inner, std::size_t width) noexcept
      : data_(data), inner_(inner), width_(width) {}

  T& First(std::size_t outer, std::size_t inner) const noexcept { return *Row(outer, inner); }
  T& Last(std::size_t outer, std::size_t inner) const noexcept {
    return Row(outer, inner)[width_ - 1];
  }
  Complex Column(std::size_t outer, std::size_t inner, std::size_t c) const noexcept {
    const T* at = Row(outer, inner) + 2 * c;
    return {at[-1], at[0]};
  }
  Complex Mirrored(std::size_t outer, std::size_t inner, std::size_t c) const noexcept {
    const T* at = Row(outer, inner) + width_ - 2 * c;
    return {at[-1], at[0]};
  }
  void SetColumn(std::size_t outer, std::size_t inner, std::size_t c, Complex x) const noexcept {
    T* at = Row(outer, inner) + 2 * c;
    at[-1] = x.re;
    at[0] = x.im;
  }
  // a + b in row `row`, the conjugate of a - b mirrored in row `mirror`.
  void Reflect(std::size_t group, std::size_t row, std::size_t mirror, std::size_t c, Complex a,
               Complex b) const noexcept {
    SetColumn(group, row, c, a + b);
    T* at = Row(group, mirror) + width_ - 2 * c;
    at[-1] = a.re - b.re;
    at[0] = b.im - a.im;
  }

 private:
  T* Row(std::size_t outer, std::size_t inner) const noexcept {
    return data_ + (outer * inner_ + inner) * width_;
  }

  T* data_;
  std::size_t inner_;
  std::size_t width_;
};

std::size_t ColumnCount(const Pass& pass) noexcept { return (pass.width - 1) / 2; }

Complex Twiddle(const Pass& pass, std::size_t j, std::size_t c) noexcept {
  return pass.twiddles[(j - 1) * ColumnCount(pass) + c - 1];
}

// a + b̄ and a - b̄.
Complex Sum(Complex a, Complex b) noexcept { return {a.re + b.re, a.im - b.im}; }
Complex Difference(Complex a, Complex b) noexcept { return {a.re - b.re, a.im + b.im}; }

}  // namespace

void ForwardTwo(const Pass& pass, const double* input, double* output) noexcept {
  const Rows in(input, pass.groups, pass.width);
  const Rows out(output, 2, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    const double a = in.First(0, k);
    const double b = in.First(1, k);
    out.First(k, 0) = a + b;
    out.Last(k, 1) = a - b;
    for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
      const Complex turned = Conjugate(Twiddle(pass, 1, c)) * in.Column(1, k, c);
      out.Reflect(k, 0, 1, c, in.Column(0, k, c), turned);
    }
    if (pass.width % 2 != 0) continue;
    out.Last(k, 0) = in.Last(0, k);
    out.First(k, 1) = -in.Last(1, k);
  }
}

void BackwardTwo(const Pass& pass, const double* input, double* output) noexcept {
  const Rows in(input, 2, pass.width);
  const Rows out(output, pass.groups, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    const double a = in.First(k, 0);
    const double b = in.Last(k, 1);
    out.First(0, k) = a + b;
    out.First(1, k) = a - b;
    for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
      const Complex upper = in.Column(k, 0, c);
      const Complex lower = in.Mirrored(k, 1, c);
      out.SetColumn(0, k, c, Sum(upper, lower));
      out.SetColumn(1, k, c, Twiddle(pass, 1, c) * Difference(upper, lower));
    }
    if (pass.width % 2 != 0) continue;
    out.Last(0, k) = 2 * in.Last(k, 0);
    out.Last(1, k) = -2 * in.First(k, 1);
  }
}

void ForwardFour(const Pass& pass, const double* input, double* output) noexcept {
  constexpr double kHalfRoot = std::numbers::sqrt2 / 2;
  const Rows in(input, pass.groups, pass.width);
  const Rows out(output, 4, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    const double odd = in.First(1, k) + in.First(3, k);
    const double even = in.First(0, k) + in.First(2, k);
    const double even_difference = in.First(0, k) - in.First(2, k);
    const double odd_difference = in.First(3, k) - in.First(1, k);
    out.First(k, 0) = odd + even;
    out.Last(k, 3) = even - odd;
    out.Last(k, 1) = even_difference;
    out.First(k, 2) = odd_difference;
    for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
      const Complex x0 = in.Column(0, k, c);
      const Complex x1 = Conjugate(Twiddle(pass, 1, c)) * in.Column(1, k, c);
      const Complex x2 = Conjugate(Twiddle(pass, 2, c)) * in.Column(2, k, c);
      const Complex x3 = Conjugate(Twiddle(pass, 3, c)) * in.Column(3, k, c);
      out.Reflect(k, 0, 3, c, x0 + x2, x1 + x3);
      out.Reflect(k, 2, 1, c, x0 - x2, {x1.im - x3.im, x3.re - x1.re});
    }
    if (pass.width % 2 != 0) continue;
    const double x0 = in.Last(0, k);
    const double x2 = in.Last(2, k);
    const double minus_im = -kHalfRoot * (in.Last(1, k) + in.Last(3, k));
    const double re = kHalfRoot * (in.Last(1, k) - in.Last(3, k));
    out.Last(k, 0) = re + x0;
    out.Last(k, 2) = x0 - re;
    out.First(k, 1) = minus_im - x2;
    out.First(k, 3) = minus_im + x2;
  }
}

void BackwardFour(const Pass& pass, const double* input, double* output) noexcept {
  constexpr double kRoot = std::numbers::sqrt2;
  const Rows in(input, 4, pass.width);
  const Rows out(output, pass.groups, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    const double difference = in.First(k, 0) - in.Last(k, 3);
    const double sum = in.First(k, 0) + in.Last(k, 3);
    const double re = in.Last(k, 1) + in.Last(k, 1);
    const double im = in.First(k, 2) + in.First(k, 2);
    out.First(0, k) = sum + re;
    out.First(1, k) = difference - im;
    out.First(2, k) = sum - re;
    out.First(3, k) = difference + im;
    for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
      const Complex even = Sum(in.Column(k, 0, c), in.Mirrored(k, 3, c));
      const Complex even_back = Difference(in.Column(k, 0, c), in.Mirrored(k, 3, c));
      const Complex odd = Sum(in.Column(k, 2, c), in.Mirrored(k, 1, c));
      const Complex turned = TimesI(Difference(in.Column(k, 2, c), in.Mirrored(k, 1, c)));
      out.SetColumn(0, k, c, even + odd);
      out.SetColumn(1, k, c, Twiddle(pass, 1, c) * (even_back + turned));
      out.SetColumn(2, k, c, Twiddle(pass, 2, c) * (even - odd));
      out.SetColumn(3, k, c, Twiddle(pass, 3, c) * (even_back - turned));
    }
    if (pass.width % 2 != 0) continue;
    const double im_sum = in.First(k, 1) + in.First(k, 3);
    const double im_difference = in.First(k, 3) - in.First(k, 1);
    const double re_difference = in.Last(k, 0) - in.Last(k, 2);
    const double re_sum = in.Last(k, 0) + in.Last(k, 2);
    out.Last(0, k) = re_sum + re_sum;
    out.Last(1, k) = kRoot * (re_difference - im_sum);
    out.Last(2, k) = im_difference + im_difference;
    out.Last(3, k) = -kRoot * (re_difference + im_sum);
  }
}

namespace {

// From the sums of the slabs j and radix - j, in slab j, and their differences, in slab radix - j,
// to what both share, Σ cos · sum, and what sets them apart, Σ sin · difference.
void Rotate(const Pass& pass, const double* from, double* to) noexcept {
  const std::size_t slab = pass.groups * pass.width;
  const std::size_t half = pass.radix / 2;
  const auto sums = [&](std::size_t j) { return from + j * slab; };
  const auto differences = [&](std::size_t j) { return from + (pass.radix - j) * slab; };
  for (std::size_t l = 1; l <= half; ++l) {
    const Complex* rotations = pass.rotations + (l - 1) * half;
    double* shared = to + l * slab;
    double* apart = to + (pass.radix - l) * slab;
    for (std::size_t i = 0; i < slab; ++i) {
      shared[i] = from[i] + rotations[0].re * sums(1)[i];
      apart[i] = rotations[0].im * differences(1)[i];
    }
    for (std::size_t j = 2; j <= half; ++j) {
      const Complex rotation = rotations[j - 1];
      for (std::size_t i = 0; i < slab; ++i) {
        shared[i] += rotation.re * sums(j)[i];
        apart[i] += rotation.im * differences(j)[i];
      }
    }
  }
  std::copy_n(from, slab, to);
  for (std::size_t j = 1; j <= half; ++j) {
    for (std::size_t i = 0; i < slab; ++i) to[i] += sums(j)[i];
  }
}

}  // namespace

void ForwardOdd(const Pass& pass, double* data, double* work) noexcept {
  const std::size_t half = pass.radix / 2;
  const Rows x(data, pass.groups, pass.width);
  for (std::size_t j = 1; j <= half; ++j) {
    const std::size_t back = pass.radix - j;
    for (std::size_t k = 0; k < pass.groups; ++k) {
      const double first = x.First(j, k);
      x.First(j, k) = first + x.First(back, k);
      x.First(back, k) = x.First(back, k) - first;
      for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
        const Complex a = Conjugate(Twiddle(pass, j, c)) * x.Column(j, k, c);
        const Complex b = Conjugate(Twiddle(pass, back, c)) * x.Column(back, k, c);
        x.SetColumn(j, k, c, a + b);
        x.SetColumn(back, k, c, {a.im - b.im, b.re - a.re});
      }
    }
  }
  Rotate(pass, data, work);
  const Rows rotated(work, pass.groups, pass.width);
  const Rows out(data, pass.radix, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    std::copy_n(&rotated.First(0, k), pass.width, &out.First(k, 0));
    for (std::size_t j = 1; j <= half; ++j) {
      const std::size_t back = pass.radix - j;
      out.Last(k, 2 * j - 1) = rotated.First(j, k);
      out.First(k, 2 * j) = rotated.First(back, k);
      for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
        out.Reflect(k, 2 * j, 2 * j - 1, c, rotated.Column(j, k, c), rotated.Column(back, k, c));
      }
    }
  }
}

void BackwardOdd(const Pass& pass, double* data, double* work) noexcept {
  const std::size_t half = pass.radix / 2;
  const bool thirds = pass.radix == 3;  // They double the sine instead, which overflows later.
  const Rows in(data, pass.radix, pass.width);
  const Rows sums(work, pass.groups, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    std::copy_n(&in.First(k, 0), pass.width, &sums.First(0, k));
    for (std::size_t j = 1; j <= half; ++j) {
      const std::size_t back = pass.radix - j;
      sums.First(j, k) = 2 * in.Last(k, 2 * j - 1);
      sums.First(back, k) = thirds ? in.First(k, 2) : 2 * in.First(k, 2 * j);
      for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
        const Complex upper = in.Column(k, 2 * j, c);
        const Complex lower = in.Mirrored(k, 2 * j - 1, c);
        sums.SetColumn(j, k, c, Sum(upper, lower));
        sums.SetColumn(back, k, c, Difference(upper, lower));
      }
    }
  }
  Rotate(pass, work, data);
  const Rows x(data, pass.groups, pass.width);
  for (std::size_t k = 0; k < pass.groups; ++k) {
    for (std::size_t j = 1; j <= half; ++j) {
      const std::size_t back = pass.radix - j;
      const double shared = x.First(j, k);
      const double apart =
          thirds ? 2 * pass.rotations[0].im * sums.First(back, k) : x.First(back, k);
      x.First(j, k) = shared - apart;
      x.First(back, k) = shared + apart;
      for (std::size_t c = 1; c <= ColumnCount(pass); ++c) {
        const Complex a = x.Column(j, k, c);
        const Complex turned = TimesI(x.Column(back, k, c));
        x.SetColumn(j, k, c, Twiddle(pass, j, c) * (a + turned));
        x.SetColumn(back, k, c, Twiddle(pass, back, c) * (a - turned));
      }
    }
  }
}

}  // namespace pillion
