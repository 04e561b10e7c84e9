// Ends the program with a sentence where the processor cannot run the rest of it, which is compiled
// for x86-64-v3. This file is not, and its constructor comes before all of the program's static
// initialisers: it may call nothing but C.
#include <cpuid.h>
#include <string.h>
#include <unistd.h>

namespace {

constexpr int kConfig = 78;  // ExitCode::kConfig, whose header is C++ of the other files

bool HasBit(unsigned leaf, unsigned bit) {  // of ecx
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> bit & 1) != 0;
}

void Say(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(kConfig);
}

__attribute__((constructor(101))) void CheckCpu() {
  __builtin_cpu_init();
  const struct {
    const char* name;
    bool there;
  } features[] = {{" AVX2", __builtin_cpu_supports("avx2") != 0},
                  {" FMA", __builtin_cpu_supports("fma") != 0},
                  {" BMI1", __builtin_cpu_supports("bmi") != 0},
                  {" BMI2", __builtin_cpu_supports("bmi2") != 0},
                  {" F16C", HasBit(1, 29)},
                  {" MOVBE", HasBit(1, 22)},
                  {" LZCNT", HasBit(0x80000001, 5)}};
  bool runs = true;
  for (const auto& feature : features) runs = runs && feature.there;
  if (runs) return;
  Say("pillion: this processor lacks");
  for (const auto& feature : features) {
    if (!feature.there) Say(feature.name);
  }
  Say("; pillion needs x86-64-v3 (Intel Haswell of 2013, AMD Zen, or later; in a virtual machine, "
      "the host's CPU model)\n");
  _exit(kConfig);
}

}  // namespace
