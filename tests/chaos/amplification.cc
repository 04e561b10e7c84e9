#include "tests/chaos/amplification.h"

#include <time.h>

#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/chaos/chaos_server.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

using namespace std::chrono_literals;

using Frame = std::vector<std::byte>;

std::uint64_t ProcessorNs(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(used.tv_nsec);
}

// Clients of one trial, and what they have sent.
struct Senders {
  const std::string& socket;
  std::deque<RawClient> clients = {};
  std::uint64_t bytes = 0;

  RawClient& Greet(const HelloBody& hello) {
    RawClient& client = clients.emplace_back(socket);
    bytes += sizeof(FrameHeader) + sizeof(HelloBody);
    if (!client.Greet(hello)) throw std::runtime_error("refused");
    return client;
  }
  // Each frame is answered before the next.
  void SendEach(RawClient& client, const Frame& frame, int times) {
    for (int i = 0; i < times; ++i) {
      client.SendBytes(frame);
      bytes += frame.size();
      if (!client.Receive()) throw std::runtime_error("closed");
    }
  }
};

constexpr HelloBody kBySocket{.features = 0};
constexpr HelloBody kLargest{.features = kFeatureSharedMemory,
                             .lane_count = kLanesMax,
                             .request_slot_bytes = kSlotBytesMax,
                             .answer_slot_bytes = kSlotBytesMax};

Frame BindOf(const std::string& model) {
  Frame frame;
  AppendPlainFrame(&frame, MessageType::kBind, 7, EncodeBind({model, {}}));
  return frame;
}

Frame Score(std::uint16_t layout, std::size_t row_bytes) {
  Frame frame;
  AppendFrame(&frame, MessageType::kScore, 9, ScoreBody{layout, 1, 0, 0},
              std::vector<std::byte>(row_bytes));
  return frame;
}

struct Trial {
  const char* name;
  std::function<void(Senders&)> run;
};

const std::vector<Trial>& Trials() {
  static const std::vector<Trial> trials = {
      {"HELLO, by the socket",
       [](Senders& senders) {
         for (int i = 0; i < 32; ++i) senders.Greet(kBySocket);
       }},
      {"HELLO, a usual ring",
       [](Senders& senders) {
         for (int i = 0; i < 32; ++i)
           senders.Greet({.features = kFeatureSharedMemory,
                          .lane_count = 8,
                          .request_slot_bytes = 4096,
                          .answer_slot_bytes = 4096});
       }},
      {"HELLO, the largest ring",
       [](Senders& senders) {
         for (int i = 0; i < 8; ++i) senders.Greet(kLargest);
       }},
      {"BIND",
       [](Senders& senders) { senders.SendEach(senders.Greet(kBySocket), BindOf("echo"), 250); }},
      {"BIND, no such model",
       [](Senders& senders) {
         senders.SendEach(senders.Greet(kBySocket), BindOf(std::string(1000, 'x')), 1000);
       }},
      {"ASK status",
       [](Senders& senders) {
         Frame frame;
         AppendFrame(&frame, MessageType::kAsk, 8, AskBody{1, {}});
         senders.SendEach(senders.Greet(kBySocket), frame, 1000);
       }},
      {"SCORE, 240 bytes",
       [](Senders& senders) {
         RawClient& client = senders.Greet(kBySocket);
         senders.SendEach(client, Score(client.Bind("echo"), 240), 5000);
       }},
      {"SCORE, 1 MiB",
       [](Senders& senders) {
         RawClient& client = senders.Greet(kBySocket);
         senders.SendEach(client, Score(client.Bind("echo"), 1 << 20), 50);
       }},
      {"SCORE, no such layout",
       [](Senders& senders) { senders.SendEach(senders.Greet(kBySocket), Score(99, 240), 5000); }},
  };
  return trials;
}

}  // namespace

void ReportAmplification() {
  std::printf("\n%-24s %12s %10s %9s %9s\n", "what is sent", "bytes", "held KiB", "held/byte",
              "ns/byte");
  for (const Trial& trial : Trials()) {
    const TemporaryDirectory directory;
    const std::string socket = directory.socket();
    const auto server = StartServer(socket);
    RawClient(socket).Greet();  // what a server takes with its first client
    std::this_thread::sleep_for(100ms);
    const std::uint64_t kib = ResidentKiB(server->pid());
    const std::uint64_t used_ns = ProcessorNs(server->pid());
    Senders senders{socket};
    trial.run(senders);
    const std::uint64_t took_ns = ProcessorNs(server->pid()) - used_ns;
    const std::uint64_t now_kib = ResidentKiB(server->pid());
    const double held_kib = now_kib > kib ? static_cast<double>(now_kib - kib) : 0;
    const auto bytes = static_cast<double>(senders.bytes);
    std::printf("%-24s %12.0f %10.0f %9.1f %9.1f\n", trial.name, bytes, held_kib,
                held_kib * 1024 / bytes, static_cast<double>(took_ns) / bytes);
    std::fflush(stdout);
  }
}

}  // namespace pillion
