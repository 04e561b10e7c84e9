// Math.sin and Math.cos as HotSpot computes them on x86-64, by the method of Intel's LIBM: they are
// not always the nearest double, nor what the C library finds, so tables of angles that must have
// Java's bits are filled by these.
#pragma once

namespace pillion {

// REQUIRES: |x| < 65536.
double JavaSin(double x) noexcept;
double JavaCos(double x) noexcept;

}  // namespace pillion
