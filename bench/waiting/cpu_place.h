// What processors the processes of a bench may use.
#pragma once

#include <array>
#include <optional>
#include <string>

namespace pillion {

// Two cgroups, each of half a CPU's time, below the one of this process; removed again, once
// nobody is in them. Of version 1 or 2.
class HalfCpus {
 public:
  // Nothing: this user cannot make them here.
  static std::optional<HalfCpus> Make();
  HalfCpus(HalfCpus&& other) noexcept;
  HalfCpus& operator=(HalfCpus&&) = delete;
  ~HalfCpus();

  // Puts the calling process into one of them, 0 or 1. False: the system refuses.
  bool Enter(std::size_t which) const;

 private:
  HalfCpus() = default;

  std::array<std::string, 2> directories_;  // empty: not made
};

// Leaves the calling process one CPU, the first that it may use. False: the system refuses.
bool EnterOneCpu();

}  // namespace pillion
