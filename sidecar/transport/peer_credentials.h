// Who is at the other end of a socket, as the kernel says it, and whether that user may come in.
// All ids are those of the server's own user namespace.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace pillion {

struct PeerCredentials {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
  pid_t pid = 0;              // for logs; 0 where the peer lives in another process namespace
};

// Of the process that connected, at the time when it did. Nothing: the kernel does not say.
std::optional<PeerCredentials> ReadPeerCredentials(int socket);

class AccessList {
 public:
  // Both empty: everyone whom the socket's mode lets in. An error is one sentence: an id that the
  // server's user namespace does not map cannot be told from other such ids, so it cannot be let
  // in.
  static tl::expected<AccessList, std::string> Make(std::vector<uid_t> uids,
                                                    std::vector<gid_t> gids);

  // The server's own user, whose probes must not be turned away, and root are always admitted.
  bool Admits(const PeerCredentials& peer) const;

 private:
  AccessList(std::vector<uid_t> uids, std::vector<gid_t> gids)
      : uids_(std::move(uids)), gids_(std::move(gids)) {}

  std::vector<uid_t> uids_;
  std::vector<gid_t> gids_;
  std::optional<uid_t> unmapped_uid_;  // what all users look like that the namespace does not map
  std::optional<gid_t> unmapped_gid_;
};

// The server's own user, or root.
bool IsOwner(const PeerCredentials& peer);

}  // namespace pillion
