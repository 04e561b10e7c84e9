// Arithmetic where Java's Math and C's library differ.
#pragma once

namespace pillion {

// Math.round: to the nearest integer, ties up; NaN is 0, beyond 64 bits saturates.
double JavaRound(double x) noexcept;

// Math.pow: 1 to the power of NaN and ±1 to the power of ±∞ are NaN.
double JavaPow(double x, double y) noexcept;

// Math.min and Math.max: NaN if either is; -0.0 is less than 0.0.
double JavaMin(double x, double y) noexcept;
double JavaMax(double x, double y) noexcept;

}  // namespace pillion
