// How many connections each user holds, and whether one more may come in. Knows no sockets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <unordered_map>

namespace pillion {

// One user may take all places but a few that are kept for the others: connections beyond `all`
// that only users with next to none may have.
struct PlaceLimits {
  std::uint32_t all = 0;
  std::uint32_t per_user = 0;

  std::uint32_t kept() const { return all / 8; }
  std::uint32_t kept_per_user() const { return all / 16; }
  std::uint32_t most() const { return all + kept(); }
};

class Places {
 public:
  explicit Places(PlaceLimits limits) : limits_(limits) {}
  // Who holds a place keeps it.
  void set_limits(PlaceLimits limits) { limits_ = limits; }

  enum class Verdict : std::uint8_t { kFree, kUserFull, kAllFull };
  Verdict Look(uid_t uid) const;
  void Take(uid_t uid);
  void Give(uid_t uid);

  std::uint32_t of(uid_t uid) const;

 private:
  PlaceLimits limits_;
  std::uint32_t taken_ = 0;
  std::unordered_map<uid_t, std::uint32_t> by_user_;  // no zeros
};

}  // namespace pillion
