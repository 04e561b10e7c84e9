#include "client/connection/ring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace pillion {
namespace {

// The size and the seals are what keeps a later read from faulting: look, before mapping.
bool MemoryIsSealed(int fd, std::size_t bytes) {
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  struct stat status {};
  if (fstat(fd, &status) != 0 || static_cast<std::size_t>(status.st_size) != bytes) return false;
  const int have = fcntl(fd, F_GET_SEALS);
  return have >= 0 && (have & kSeals) == kSeals;
}

std::byte* MapShared(int fd, std::size_t bytes, int protection) {
  void* at = mmap(nullptr, bytes, protection, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (at == MAP_FAILED) return nullptr;
  madvise(at, bytes, MADV_DONTFORK);
  return static_cast<std::byte*>(at);
}

}  // namespace

tl::expected<std::shared_ptr<Ring>, Failure> Ring::Map(std::uint16_t id, const Geometry& geometry,
                                                       std::uint64_t first_sequence,
                                                       const UniqueFd& requests,
                                                       const UniqueFd& answers) {
  if (!geometry.Valid() || !MemoryIsSealed(requests.get(), geometry.requests_bytes()) ||
      !MemoryIsSealed(answers.get(), geometry.answers_bytes())) {
    return tl::unexpected(Failure{ScoreCode::kMalformed, "the server's memory is not as agreed"});
  }
  std::shared_ptr<Ring> ring(new Ring);
  ring->id_ = id;
  ring->geometry_ = geometry;
  ring->first_sequence_ = first_sequence;
  ring->requests_ = MapShared(requests.get(), geometry.requests_bytes(), PROT_READ | PROT_WRITE);
  ring->answers_ = MapShared(answers.get(), geometry.answers_bytes(), PROT_READ);
  if (ring->requests_ == nullptr || ring->answers_ == nullptr) {
    return tl::unexpected(
        Failure{ScoreCode::kServerGone, "mmap: " + std::generic_category().message(errno)});
  }
  return ring;
}

Ring::~Ring() {
  if (requests_ != nullptr) munmap(requests_, geometry_.requests_bytes());
  if (answers_ != nullptr) munmap(answers_, geometry_.answers_bytes());
}

ClientLane Ring::Lane(std::uint32_t lane) const {
  return {requests_ + geometry_.request_lane_offset(lane),
          answers_ + geometry_.answer_lane_offset(lane), geometry_, first_sequence_};
}

void Ring::Interrupt() const {
  for (std::uint32_t lane = 0; lane < geometry_.lane_count; ++lane) Lane(lane).Interrupt();
}

}  // namespace pillion
