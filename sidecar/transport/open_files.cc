#include "sidecar/transport/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sidecar/transport/places.h"

namespace pillion {
namespace {

constexpr std::uint64_t kOfAClient = 3;          // socket, kick event, bell
constexpr std::uint64_t kOfAWorker = 2;          // epoll, mailbox event
constexpr std::uint64_t kOfTheControlDoor = 40;  // who asks, and who is about to
constexpr std::uint64_t kOfTheProcess = 64;  // streams, event loop, bundles, one WELCOME on its way

}  // namespace

std::uint64_t OpenFilesNeeded(const TransportOptions& options) {
  const std::uint64_t clients = PlaceLimits{options.clients_max, options.clients_max}.most();
  constexpr std::uint64_t kWorkersMost = 8;  // unless more are asked for
  const std::uint64_t workers = std::max<std::uint64_t>(options.workers, kWorkersMost);
  return kOfAClient * clients + kOfAWorker * workers + options.handshakes_max + kOfTheControlDoor +
         kOfTheProcess;
}

tl::expected<void, std::string> ReserveOpenFiles(const TransportOptions& options) {
  const std::uint64_t needed = OpenFilesNeeded(options);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return {};
  if (limit.rlim_max < needed) {
    return tl::unexpected("--clients-max " + std::to_string(options.clients_max) + " needs " +
                          std::to_string(needed) + " open files, and the limit is " +
                          std::to_string(limit.rlim_max) +
                          ": raise it (ulimit -n, LimitNOFILE=), or lower --clients-max");
  }
  limit.rlim_cur = needed;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return tl::unexpected("cannot raise the limit of open files to " + std::to_string(needed) +
                          ": " + std::generic_category().message(errno));
  }
  return {};
}

std::uint64_t ReserveMoreFiles(const TransportOptions& options, std::uint64_t wanted) {
  const std::uint64_t needed = OpenFilesNeeded(options);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur =
      std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, needed + wanted));
  setrlimit(RLIMIT_NOFILE, &limit);
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < needed) return 0;
  return std::min<std::uint64_t>(wanted, limit.rlim_cur - needed);
}

}  // namespace pillion
