#include "sidecar/transport/client_memory.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/interprocess/exceptions.hpp>
#include <cerrno>
#include <system_error>

#ifndef MFD_NOEXEC_SEAL  // Linux 6.3
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SEAL_FUTURE_WRITE  // Linux 5.1
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace pillion {
namespace {

namespace bi = boost::interprocess;

tl::unexpected<std::string> SystemError(const std::string& what) {
  return tl::unexpected(what + ": " + std::generic_category().message(errno));
}

// Lets mapped_region map a descriptor that has no name.
struct Memfd {
  int fd;
  bi::mapping_handle_t get_mapping_handle() const { return {fd, false}; }
};

// Pages are allocated here, so that a full cgroup or host shows now and not as SIGBUS later.
tl::expected<UniqueFd, std::string> CreateMemfd(const char* name, std::size_t bytes) {
  // Where vm.memfd_noexec is 2 the kernel wants the flag; before 6.3 it does not know it.
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
  if (!fd && errno == EINVAL) fd.Reset(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return SystemError("memfd_create");
  const auto length = static_cast<off_t>(bytes);
  if (ftruncate(fd.get(), length) != 0) return SystemError("ftruncate of shared memory");
  if (fallocate(fd.get(), 0, 0, length) != 0) return SystemError("fallocate of shared memory");
  return fd;
}

bool Seal(const UniqueFd& fd, int seals) { return fcntl(fd.get(), F_ADD_SEALS, seals) == 0; }

// Never 0 and far from overflow. Random, so that bytes of another connection never match.
std::uint64_t RandomFirstSequence() {
  std::uint64_t value = 0;
  if (getrandom(&value, sizeof(value), 0) != sizeof(value)) value = MonotonicNs();
  return (value >> 2) | (1ull << 62);
}

std::uint32_t Clamp(std::uint32_t wanted, std::uint32_t fallback, std::uint32_t most) {
  return std::min(wanted == 0 ? fallback : wanted, most);
}

std::uint32_t RoundUpSlot(std::uint32_t bytes) {
  constexpr auto kAlign = static_cast<std::uint32_t>(kSlotAlignment);
  return (std::min(bytes, kSlotBytesMax) + kAlign - 1) / kAlign * kAlign;
}

}  // namespace

Geometry Grant(const Geometry& wanted, const Geometry& most) {
  const Geometry fallback;
  Geometry granted;
  granted.lane_count = Clamp(wanted.lane_count, fallback.lane_count, most.lane_count);
  granted.request_slot_bytes = RoundUpSlot(
      Clamp(wanted.request_slot_bytes, fallback.request_slot_bytes, most.request_slot_bytes));
  granted.answer_slot_bytes = RoundUpSlot(
      Clamp(wanted.answer_slot_bytes, fallback.answer_slot_bytes, most.answer_slot_bytes));
  while (granted.bytes() > kRingBytesMax && granted.lane_count > 1) --granted.lane_count;
  return granted;
}

tl::expected<ClientMemory, std::string> ClientMemory::Create(const Geometry& geometry,
                                                             MemoryBudget& budget) {
  auto share = budget.Take(geometry.bytes());
  if (!share) {
    return tl::unexpected("a ring of " + std::to_string(geometry.bytes()) +
                          " bytes is more than is left: clients hold " +
                          std::to_string(budget.held()) + " of " + std::to_string(budget.most()) +
                          " bytes; see --shared-memory-max");
  }
  ClientMemory memory;
  memory.share_ = std::move(*share);
  memory.geometry_ = geometry;
  memory.first_sequence_ = RandomFirstSequence();
  auto requests = CreateMemfd("pillion-requests", geometry.requests_bytes());
  if (!requests) return tl::unexpected(requests.error());
  auto answers = CreateMemfd("pillion-answers", geometry.answers_bytes());
  if (!answers) return tl::unexpected(answers.error());
  memory.requests_ = std::move(*requests);
  memory.answers_ = std::move(*answers);
  try {
    memory.requests_region_ = bi::mapped_region(Memfd{memory.requests_.get()}, bi::read_only, 0,
                                                geometry.requests_bytes(), nullptr, MAP_POPULATE);
    memory.answers_region_ = bi::mapped_region(Memfd{memory.answers_.get()}, bi::read_write, 0,
                                               geometry.answers_bytes(), nullptr, MAP_POPULATE);
  } catch (const bi::interprocess_exception& error) {
    return tl::unexpected(std::string("mapping of shared memory: ") + error.what());
  }
  // FUTURE_WRITE comes after the server's own writable mapping: that one goes on writing, and
  // nobody can make another.
  if (!Seal(memory.requests_, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) ||
      !Seal(memory.answers_, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)) {
    return SystemError("sealing of shared memory");
  }
  return memory;
}

tl::expected<ClientEvents, std::string> ClientEvents::Create() {
  ClientEvents events;
  events.kick_event_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!events.kick_event_) return SystemError("eventfd");
  // A socket pair and not an eventfd: flags belong to an open file, and a client that shares one
  // with the server could make it blocking, fill it, and so stop the server's thread.
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return SystemError("socketpair");
  }
  events.client_bell_.Reset(ends[0]);
  events.bell_.Reset(ends[1]);
  return events;
}

void ClientMemory::CloseClientEnds() {
  requests_.Reset();
  answers_.Reset();
}

void ClientEvents::RingBell() const {
  const char ring = 1;
  send(bell_.get(), &ring, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ServerLane ClientMemory::Lane(std::uint32_t lane) const {
  const auto* requests = static_cast<const std::byte*>(requests_region_.get_address());
  auto* answers = static_cast<std::byte*>(answers_region_.get_address());
  return {requests + geometry_.request_lane_offset(lane),
          answers + geometry_.answer_lane_offset(lane), geometry_, first_sequence_};
}

void ClientMemory::SetState(ServerState state) const {
  auto* header = static_cast<AnswersHeader*>(answers_region_.get_address());
  header->state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
}

}  // namespace pillion
