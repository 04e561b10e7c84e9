// Steele and White's digit generation (fixed-up Dragon4) with the shortcuts of the JDK's
// FloatingDecimal. The shortcuts decide digits, so they are part of what is reproduced: whole
// numbers drop digits below half an ulp's power of ten, and the three widths of arithmetic
// compare the upper bound differently ("greater" in 32 and 64 bits, "not less" beyond).
#include "engine/java/digits.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/java/wide_integer.h"

namespace pillion {
namespace {

constexpr int kFractionBits = 52;

// x = fraction · 2^(exponent - 52), with bit 52 of `fraction` set.
struct Binary {
  std::uint64_t fraction = 0;
  int exponent = 0;
  int significant_bits = 0;  // of the source format; fewer for subnormals
};

// The exact terms of the loop: B / S is the rest of the value, M / S half an ulp; each is an
// integer times powers of 2 and 5.
struct Scale {
  std::uint64_t fraction = 0;
  int b2 = 0, b5 = 0;
  int s2 = 0, s5 = 0;
  int m2 = 0, m5 = 0;
};

constexpr auto kPowersOfFive = [] {
  std::array<std::uint64_t, 27> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 5;
  }
  return powers;
}();

// An upper estimate of the bits of 5^n: exact while 5^n fits 63 bits.
int BitsOfPowerOfFive(int n) noexcept {
  if (n >= static_cast<int>(kPowersOfFive.size())) return n * 3;
  return n == 0 ? 0 : std::bit_width(kPowersOfFive[static_cast<std::size_t>(n)]);
}

// floor(log10(x)), or one less or more: a line through the logarithm at 1.5.
int EstimateExponent(const Binary& x) noexcept {
  constexpr std::uint64_t kOne = 0x3ff0000000000000;
  const double mantissa = std::bit_cast<double>(kOne | (x.fraction & ((1ULL << 52) - 1)));
  const double logarithm =
      (mantissa - 1.5) * 0.289529654 + 0.176091259 + x.exponent * 0.301029995663981;
  return static_cast<int>(std::floor(logarithm));
}

void RoundUp(JavaDigits& result) noexcept {
  int i = result.count - 1;
  while (i > 0 && result.digits[static_cast<std::size_t>(i)] == '9') {
    result.digits[static_cast<std::size_t>(i--)] = '0';
  }
  char& digit = result.digits[static_cast<std::size_t>(i)];
  if (digit == '9') {
    digit = '1';
    ++result.exponent;
  } else {
    ++digit;
  }
}

// Whole numbers below 2^63. The digits that lie below the precision of the number are rounded
// away, zeros at the end are dropped.
JavaDigits WholeDigits(const Binary& x) noexcept {
  std::uint64_t whole = x.exponent >= kFractionBits ? x.fraction << (x.exponent - kFractionBits)
                                                    : x.fraction >> (kFractionBits - x.exponent);
  int dropped = 0;
  const int unknown_bits = x.exponent - x.significant_bits - 1;
  if (unknown_bits > 1) {
    std::uint64_t power = 1;
    for (std::uint64_t room = 1ULL << unknown_bits; room >= 10; room /= 10) {
      ++dropped;
      power *= 10;
    }
    const std::uint64_t rest = whole % power;
    whole /= power;
    if (dropped > 0 && rest >= power / 2) ++whole;
  }
  for (; whole % 10 == 0; whole /= 10) ++dropped;
  JavaDigits result;
  for (std::uint64_t rest = whole; rest != 0; rest /= 10) ++result.count;
  result.exponent = result.count + dropped;
  for (int i = result.count; i-- > 0; whole /= 10) {
    result.digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + whole % 10);
  }
  return result;
}

// One step of the loop in machine integers that hold B and 10 S; only M may overflow, and then it
// is larger than both.
template <typename Unsigned, typename Signed>
class MachineTerms {
 public:
  explicit MachineTerms(const Scale& scale)
      : b_(Power(scale.fraction, scale.b5, scale.b2)),
        s_(Power(1, scale.s5, scale.s2)),
        m_(Power(1, scale.m5, scale.m2)),
        tens_(s_ * 10) {}

  int NextDigit() noexcept {
    const int digit = static_cast<int>(static_cast<Signed>(b_) / static_cast<Signed>(s_));
    b_ = 10 * (b_ - static_cast<Unsigned>(digit) * s_);
    m_ *= 10;
    const bool overflow = !first_ && static_cast<Signed>(m_) <= 0;
    first_ = false;
    low_ = overflow || static_cast<Signed>(b_) < static_cast<Signed>(m_);
    high_ = overflow || static_cast<Signed>(b_ + m_) > static_cast<Signed>(tens_);
    return digit;
  }

  bool low() const noexcept { return low_; }
  bool high() const noexcept { return high_; }
  // Of the rest compared with half a digit: below, equal, above.
  int CompareRestWithHalf() const noexcept {
    const auto difference = static_cast<Signed>((b_ << 1) - tens_);
    return (difference > 0) - (difference < 0);
  }

 private:
  static Unsigned Power(std::uint64_t factor, int fives, int twos) noexcept {
    const std::uint64_t product = factor * kPowersOfFive[static_cast<std::size_t>(fives)];
    return static_cast<Unsigned>(product) << twos;
  }

  Unsigned b_, s_, m_, tens_;
  bool first_ = true, low_ = false, high_ = false;
};

class WideTerms {
 public:
  explicit WideTerms(const Scale& scale)
      : b_(scale.fraction, scale.b5, scale.b2),
        s_(1, scale.s5, scale.s2),
        m_(1, scale.m5, scale.m2),
        tens_(1, scale.s5 + 1, scale.s2 + 1) {}

  int NextDigit() noexcept {
    int digit = 0;
    for (; b_.Compare(s_) >= 0; ++digit) b_.Subtract(s_);
    b_.Multiply(10);
    m_.Multiply(10);
    low_ = b_.Compare(m_) < 0;
    WideInteger sum = b_;
    sum.Add(m_);
    high_ = tens_.Compare(sum) <= 0;
    return digit;
  }

  bool low() const noexcept { return low_; }
  bool high() const noexcept { return high_; }
  int CompareRestWithHalf() const noexcept {
    WideInteger twice = b_;
    twice.Multiply(2);
    return twice.Compare(tens_);
  }

 private:
  WideInteger b_, s_, m_, tens_;
  bool low_ = false, high_ = false;
};

// Digits until the rest is within half an ulp of the digits so far (low) or of the next (high).
template <typename Terms>
JavaDigits Generate(Terms terms, int exponent) noexcept {
  JavaDigits result;
  const auto append = [&result](int digit) {
    result.digits[static_cast<std::size_t>(result.count++)] = static_cast<char>('0' + digit);
  };
  const int first = terms.NextDigit();
  bool low = terms.low();
  bool high = terms.high();
  if (first == 0 && !high) {
    --exponent;  // The estimate was one too high.
  } else {
    append(first);
  }
  // The scientific form has a digit after the point in any case.
  if (exponent < -3 || exponent >= 8) low = high = false;
  while (!low && !high) {
    append(terms.NextDigit());
    low = terms.low();
    high = terms.high();
  }
  result.exponent = exponent + 1;
  if (!high) return result;
  const int rest = low ? terms.CompareRestWithHalf() : 1;
  const bool odd = (result.digits[static_cast<std::size_t>(result.count - 1)] & 1) != 0;
  if (rest > 0 || (rest == 0 && odd)) RoundUp(result);
  return result;
}

JavaDigits Develop(const Binary& x) noexcept {
  const int tail_zeros = std::countr_zero(x.fraction);
  const int bits = kFractionBits + 1 - tail_zeros;
  const int bits_below_point = std::max(0, bits - x.exponent - 1);
  if (x.exponent <= 62 && x.exponent >= -21 && bits_below_point == 0) return WholeDigits(x);

  const int exponent = EstimateExponent(x);
  Scale scale;
  scale.fraction = x.fraction >> tail_zeros;
  scale.b5 = scale.m5 = std::max(0, -exponent);
  scale.s5 = std::max(0, exponent);
  scale.b2 = scale.b5 + bits_below_point + x.exponent;
  scale.m2 = scale.b2 - x.significant_bits;
  scale.s2 = scale.s5 + bits_below_point;
  scale.b2 -= bits - 1;
  const int common = std::min(scale.b2, scale.s2);
  scale.b2 -= common;
  scale.s2 -= common;
  scale.m2 -= common;
  if (bits == 1) --scale.m2;  // Below a power of two the next number is only half as far.
  if (scale.m2 < 0) {
    scale.b2 -= scale.m2;
    scale.s2 -= scale.m2;
    scale.m2 = 0;
  }
  const int bits_b = bits + scale.b2 + BitsOfPowerOfFive(scale.b5);
  const int bits_ten_s = scale.s2 + 1 + BitsOfPowerOfFive(scale.s5 + 1);
  if (bits_b < 32 && bits_ten_s < 32) {
    return Generate(MachineTerms<std::uint32_t, std::int32_t>(scale), exponent);
  }
  if (bits_b < 64 && bits_ten_s < 64) {
    return Generate(MachineTerms<std::uint64_t, std::int64_t>(scale), exponent);
  }
  return Generate(WideTerms(scale), exponent);
}

// `fraction` with its `fraction_bits` bits below the point, `biased` as stored.
Binary Unpack(std::uint64_t fraction, int fraction_bits, int biased, int bias) noexcept {
  if (biased != 0) {
    fraction |= 1ULL << fraction_bits;
    return {fraction << (kFractionBits - fraction_bits), biased - bias, fraction_bits + 1};
  }
  const int width = std::bit_width(fraction);
  const int shift = fraction_bits + 1 - width;
  return {fraction << (shift + kFractionBits - fraction_bits), 1 - shift - bias, width};
}

}  // namespace

JavaDigits DigitsOf(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return Develop(Unpack(bits & ((1ULL << 52) - 1), 52, static_cast<int>(bits >> 52), 1023));
}

JavaDigits DigitsOf(float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return Develop(Unpack(bits & ((1U << 23) - 1), 23, static_cast<int>(bits >> 23), 127));
}

}  // namespace pillion
