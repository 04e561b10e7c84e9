// Complex numbers as Fourier transforms need them: plain products, whose infinities and NaNs come
// out of the four multiplications alone, and no hidden checks as std::complex has.
// Negations, swaps and turns are exact, so -(w * x) and (-w) * x differ in nothing but zeros'
// signs.
#pragma once

namespace pillion {

struct Complex {
  double re;
  double im;
};

constexpr Complex operator+(Complex a, Complex b) noexcept { return {a.re + b.re, a.im + b.im}; }
constexpr Complex operator-(Complex a, Complex b) noexcept { return {a.re - b.re, a.im - b.im}; }
constexpr Complex operator-(Complex a) noexcept { return {-a.re, -a.im}; }
constexpr Complex operator*(double s, Complex a) noexcept { return {s * a.re, s * a.im}; }
constexpr Complex operator*(Complex w, Complex x) noexcept {
  return {w.re * x.re - w.im * x.im, w.re * x.im + w.im * x.re};
}
constexpr Complex Conjugate(Complex a) noexcept { return {a.re, -a.im}; }
constexpr Complex Swap(Complex a) noexcept { return {a.im, a.re}; }
constexpr Complex TimesI(Complex a) noexcept { return {-a.im, a.re}; }

}  // namespace pillion
