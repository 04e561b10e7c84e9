#include "sidecar/transport/peer_credentials.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>

namespace pillion {
namespace {

// The ids of one kind that the user namespace of this process maps.
class IdMap {
 public:
  // `kind`: "uid" or "gid".
  explicit IdMap(const std::string& kind) {
    std::ifstream map("/proc/self/" + kind + "_map");
    for (Range range; map >> range.first >> range.outside >> range.count;) ranges_.push_back(range);
    std::ifstream("/proc/sys/kernel/overflow" + kind) >> overflow_;
  }

  // Without /proc nothing is known, and nothing is refused.
  bool Maps(std::uint32_t id) const {
    return ranges_.empty() || std::any_of(ranges_.begin(), ranges_.end(), [id](const Range& range) {
             return id >= range.first && id - range.first < range.count;
           });
  }
  // What the kernel shows for ids that are not mapped, where there may be such ids.
  std::optional<std::uint32_t> Unmapped() const {
    return Maps(overflow_) ? std::nullopt : std::optional(overflow_);
  }

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
  };
  std::vector<Range> ranges_;
  std::uint32_t overflow_ = 65534;
};

std::optional<std::string> Unmappable(const std::vector<std::uint32_t>& ids, const IdMap& map,
                                      const std::string& option) {
  const auto it =
      std::find_if_not(ids.begin(), ids.end(), [&map](std::uint32_t id) { return map.Maps(id); });
  if (it == ids.end()) return std::nullopt;
  return option + " " + std::to_string(*it) +
         ": the server's user namespace does not map this id, so all like it look the same; list "
         "a mapped one, or run the server without a private user namespace (systemd: "
         "PrivateUsers=no)";
}

bool Contains(const auto& list, auto id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

std::optional<PeerCredentials> ReadPeerCredentials(int socket) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  PeerCredentials peer{credentials.uid, credentials.gid, {}, credentials.pid};
  // Twice at most: the first call says how much room the groups need.
  constexpr std::size_t kGroupsGuess = 32;
  peer.groups.resize(kGroupsGuess);
  for (int i = 0; i < 2; ++i) {
    length = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    const bool fits =
        getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &length) == 0;
    if (!fits && errno != ERANGE) break;
    peer.groups.resize(length / sizeof(gid_t));
    if (fits) return peer;
  }
  peer.groups.clear();
  return peer;
}

tl::expected<AccessList, std::string> AccessList::Make(std::vector<uid_t> uids,
                                                       std::vector<gid_t> gids) {
  const IdMap uid_map("uid");
  const IdMap gid_map("gid");
  if (auto error = Unmappable(uids, uid_map, "--allow-uid")) return tl::unexpected(*error);
  if (auto error = Unmappable(gids, gid_map, "--allow-gid")) return tl::unexpected(*error);
  AccessList list(std::move(uids), std::move(gids));
  list.unmapped_uid_ = uid_map.Unmapped();
  list.unmapped_gid_ = gid_map.Unmapped();
  return list;
}

bool AccessList::Admits(const PeerCredentials& peer) const {
  if (uids_.empty() && gids_.empty()) return true;
  if (peer.uid != unmapped_uid_ && (IsOwner(peer) || Contains(uids_, peer.uid))) return true;
  const auto admitted = [this](gid_t gid) { return gid != unmapped_gid_ && Contains(gids_, gid); };
  return admitted(peer.gid) || std::any_of(peer.groups.begin(), peer.groups.end(), admitted);
}

bool IsOwner(const PeerCredentials& peer) { return peer.uid == geteuid() || peer.uid == 0; }

}  // namespace pillion
