#include "sidecar/transport/places.h"

namespace pillion {

Places::Verdict Places::Look(uid_t uid) const {
  const std::uint32_t held = of(uid);
  if (held >= limits_.per_user) return Verdict::kUserFull;
  if (taken_ < limits_.all) return Verdict::kFree;
  return held < limits_.kept_per_user() && taken_ < limits_.most() ? Verdict::kFree
                                                                   : Verdict::kAllFull;
}

void Places::Take(uid_t uid) {
  ++by_user_[uid];
  ++taken_;
}

void Places::Give(uid_t uid) {
  const auto it = by_user_.find(uid);
  --taken_;
  if (--it->second == 0) by_user_.erase(it);
}

std::uint32_t Places::of(uid_t uid) const {
  const auto it = by_user_.find(uid);
  return it == by_user_.end() ? 0 : it->second;
}

}  // namespace pillion
