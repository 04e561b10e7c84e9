#include "engine/fourier/cosine_transform.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace pillion {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kHuge = -1.7e308;

std::vector<double> Numbers(std::uint32_t size) {
  std::vector<double> x;
  for (std::uint32_t i = 0; i < size; ++i) x.push_back(((i * i * 7 + i * 3) % 31 - 15.0) / 4.0);
  return x;
}

std::vector<double> Transform(const std::vector<double>& x, bool inverse) {
  const auto size = static_cast<std::uint32_t>(x.size());
  std::vector<double> tables(CosineTransform::TableLength(size));
  std::vector<double> scratch(CosineTransform::ScratchLength(size));
  std::vector<double> y(size);
  const CosineTransform transform(size, tables.data());
  if (inverse) {
    transform.Inverse(x.data(), y.data(), scratch.data());
  } else {
    transform.Forward(x.data(), y.data(), scratch.data());
  }
  return y;
}

// FNV-1a, over whole numbers.
std::uint64_t Hash(const std::vector<double>& y) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const double value : y) hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3;
  return hash;
}

std::string Pattern(const std::vector<double>& y) {
  std::string pattern;
  for (const double value : y) {
    pattern += std::isfinite(value) ? '.' : std::isnan(value) ? 'n' : value > 0 ? '+' : '-';
  }
  return pattern;
}

// Recorded with JTransforms 2.4.0 on JDK 17, DoubleDCT_1D with scaling, as are the patterns below:
// powers of two, mixed radices, generic factors from 7 to 199, convolutions from 211 on.
TEST(CosineTransform, GivesTheBitsOfJTransforms) {
  struct Recorded {
    std::uint32_t size;
    std::uint64_t forward;
    std::uint64_t inverse;
  };
  constexpr Recorded kRecorded[] = {
      {2, 0xb4c09a51c572c8ea, 0xb4c03c51c5722930},
      {3, 0x0d7af38150f50080, 0x64349ce6ba5ee08e},
      {4, 0xa3799b354121a580, 0x1762d06a4cc2ae7c},
      {5, 0xa9d8a424a28805ed, 0xe4e59634af27a999},
      {6, 0xa7b01bc81ebf71dd, 0x04c3225180e27699},
      {7, 0x2846fae3f8c9f95c, 0xd104938460e08f27},
      {8, 0x8c1c680c76a3bbac, 0x5363b6a8138c022f},
      {9, 0x109242de9895ef3a, 0x16e601d78805bd49},
      {12, 0x4fd60b660281f212, 0x941fde8633f490b4},
      {15, 0x6e1709cdcede627a, 0xaa83295d7239e961},
      {16, 0xae42b8e1f2647e82, 0x8babcc5888ffe353},
      {20, 0xd5c671d95f550ca0, 0x260384988eb859ec},
      {25, 0x0f58ab53815af223, 0xae67886f55600b4c},
      {32, 0x0ec560264e0afaa7, 0x742bb1b1eb240d66},
      {38, 0xab7687d3f2f8aba1, 0xf3cb3f2f40234da4},
      {49, 0x98c2d8850c159e7d, 0xc6893650f7ffd83e},
      {64, 0xb2439e4dce132c0a, 0xca25a4c08f9d332a},
      {77, 0x6327d1f5aa84381c, 0x9c113d52d6ddd620},
      {100, 0xc603207f237a1c8e, 0xbbe920ddb2e5cce4},
      {128, 0x9e2c081bc378d1bc, 0x070e2caf23163112},
      {199, 0x411c9fd112da8c85, 0x01001d4bef180cbd},
      {210, 0xd919f67579242c73, 0x920835dfd8c8d902},
      {211, 0x526fe49119f60324, 0x18e9db64da305251},
      {256, 0x4b9c2a00caace962, 0xf359f40779030fbe},
      {300, 0x942ef6b43d0f697d, 0x041f46e646593d1e},
      {422, 0x138512aa74ffbbc5, 0x3d4b94526fd828de},
      {512, 0x7dc6a34d632ffd02, 0xa5668c1e0baa76f1},
      {1000, 0x9e132d2447109704, 0x499009dee411ed3a},
      {1024, 0x5226996e0aa39063, 0x919934bb361ee502},
      {1009, 0xd97f569c4cbffd6d, 0x676def43135ce8b6},
      {2048, 0xb2299dbb1ea23c77, 0x41b5ef68b4e14b9d},
      {8192, 0x4401bcc39036ce79, 0x1499983942d64c99},
  };
  for (const auto& [size, forward, inverse] : kRecorded) {
    EXPECT_EQ(Hash(Transform(Numbers(size), false)), forward) << size;
    EXPECT_EQ(Hash(Transform(Numbers(size), true)), inverse) << size;
  }
}

struct Overflow {
  std::uint32_t size;
  bool inverse;
  std::uint32_t place;
  const char* pattern;  // n: NaN, + and -: infinities
};

TEST(CosineTransform, SpreadsAnInfinityAsJTransformsDoes) {
  constexpr Overflow kRecorded[] = {
      {2, false, 1, "+-"},
      {2, true, 0, "++"},
      {3, false, 1, "nn-"},
      {3, true, 1, "+n-"},
      {5, false, 2, "nnnnn"},
      {5, true, 2, "+n-n+"},
      {7, true, 0, "nnnnnnn"},
      {7, true, 6, "+-+nnnn"},
      {8, false, 0, "+++++nnn"},
      {8, true, 7, "nnn-+nnn"},
      {12, false, 0, "nnn+nn+nnnnn"},
      {12, true, 6, "+--++--++--+"},
      {16, false, 8, "+n-n+n-n+-n+n-n+"},
      {16, true, 15, "nnnnnnn-+nnnnnnn"},
      {18, false, 9, "nnnnnnnnn-nnnnnnnn"},
      {18, true, 17, "+-+-+nnn+nnnnnnnnn"},
      {32, false, 31, "+-+-+-+-+-+-+-+-+nnnnnnnnnnnnnnn"},
      {32, true, 0, "+nnnnnnnnnnnnnn++nnnnnnnnnnnnnn+"},
  };
  for (const auto& [size, inverse, place, pattern] : kRecorded) {
    std::vector<double> x = Numbers(size);
    x[place] = kInf;
    EXPECT_EQ(Pattern(Transform(x, inverse)), pattern) << place << (inverse ? " inverse" : "");
  }
}

TEST(CosineTransform, OverflowsWhereJTransformsDoes) {
  constexpr Overflow kRecorded[] = {
      {2, false, 1, "-."},
      {3, false, 0, ".-n"},
      {3, false, 2, "nn-"},
      {5, false, 0, "nnn-+"},
      {7, false, 3, "nnnn-nn"},
      {8, true, 0, ".+n.-nn."},
      {8, true, 7, "...+--.."},
      {12, false, 6, "nnnnnnnnn+nn"},
      {16, true, 15, ".nn..n-..nn..+n."},
      {18, false, 0, "nnnnnnnnn-nnnnnnnn"},
      {32, true, 16, ".....nn..+nnn......nnnn..nn....."},
      {32, true, 31, ".....nn..+nnn-n..n+nnnn..n+....."},
  };
  for (const auto& [size, inverse, place, pattern] : kRecorded) {
    std::vector<double> x;
    for (std::uint32_t i = 0; i < size; ++i) x.push_back(-kHuge * (static_cast<int>(i % 3) - 1));
    x[place] = kHuge;
    EXPECT_EQ(Pattern(Transform(x, inverse)), pattern) << place << (inverse ? " inverse" : "");
  }
}

}  // namespace
}  // namespace pillion
