// The ops that Pillion knows, to be listed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pillion {

// How near the answers are to those of MLeap 0.25 on JDK 17.
enum class Exactness : std::uint8_t {
  kBits,      // the same bits
  kUlp4,      // at most 4 ulp, where libm decides (exp, log, pow, sin)
  kRelative,  // relative 1e-12: eigen decomposition, iteration
};

struct OpDescription {
  std::string_view name;  // in bundles
  std::string_view summary;
  Exactness exactness;
};

struct OpFamilyDescription {
  std::string_view name;    // "scalers"
  std::string_view source;  // where the behaviour comes from, in MLeap's sources
  std::vector<OpDescription> ops;
};

std::vector<OpFamilyDescription> ListOps();

}  // namespace pillion
