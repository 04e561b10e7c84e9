// A program whose static initialiser and main run code for x86-64-v3, as `pillion` does.
#include <cmath>
#include <cstdio>

namespace {

volatile double scale = 3;
const double kSum = std::fma(scale, scale, scale);

}  // namespace

int main() {
  std::printf("%g\n", kSum);
  return kSum == 12 ? 0 : 1;
}
