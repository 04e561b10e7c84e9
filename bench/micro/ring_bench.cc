// What the ring itself costs one processor: both ends of a lane on one thread, so that no cache
// line travels. The way between two processes is measured by `pillion bench transport`.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "schemas/ring/shm_layout.h"
#include "schemas/ring/shm_ring.h"

namespace {

using namespace pillion;  // NOLINT(google-build-using-namespace)

struct FreeAligned {
  void operator()(std::byte* bytes) const {
    ::operator delete[](bytes, std::align_val_t{kSlotAlignment});
  }
};
using Memory = std::unique_ptr<std::byte[], FreeAligned>;

Memory Zeroed(std::size_t bytes) {
  return Memory(new (std::align_val_t{kSlotAlignment}) std::byte[bytes]());
}

void RoundTrip(benchmark::State& state) {
  constexpr std::uint64_t kFirst = 1000;
  const Geometry geometry;
  const Memory requests = Zeroed(geometry.request_lane_bytes());
  const Memory answers = Zeroed(geometry.answer_lane_bytes());
  ClientLane client(requests.get(), answers.get(), geometry, kFirst);
  ServerLane server(requests.get(), answers.get(), geometry, kFirst);
  const std::vector<std::byte> row(static_cast<std::size_t>(state.range(0)));
  std::vector<std::byte> copy(server.request_payload_bytes_max());
  const std::vector<std::byte> answer(8);
  for (auto _ : state) {
    const std::uint64_t sequence = client.TrySubmit({}, row);
    RequestHead head;
    std::size_t length = 0;
    server.TryClaim(copy, &head, &length);
    server.Commit({.code = ScoreCode::kOk}, answer);
    std::span<const std::byte> payload;
    benchmark::DoNotOptimize(client.Read(sequence, &payload));
    client.Consume(sequence);
  }
}
BENCHMARK(RoundTrip)->Arg(40)->Arg(232)->Arg(488)->Arg(1024);

}  // namespace

BENCHMARK_MAIN();
