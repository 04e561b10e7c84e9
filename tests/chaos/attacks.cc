#include "tests/chaos/attacks.h"

#include <unistd.h>

#include <array>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <random>
#include <vector>

#include "tests/hostile/grinding_scorer.h"
#include "tests/sidecar/transport/raw_client.h"

namespace pillion {
namespace {

constexpr std::uint32_t kLanes = 64;
constexpr HelloBody kLargeHello{.features = kFeatureSharedMemory,
                                .lane_count = kLanes,
                                .request_slot_bytes = 2176,
                                .answer_slot_bytes = 2176};

struct Greeted {
  explicit Greeted(const std::string& socket, const HelloBody& hello = kLargeHello,
                   const std::string& model = "grind")
      : raw(socket) {
    if (!raw.Greet(hello)) throw std::runtime_error("refused");
    layout = raw.Bind(model);
    for (std::uint32_t i = 0; i < raw.geometry().lane_count; ++i) lanes.push_back(raw.Lane(i));
  }
  // What the lanes take. False: nothing.
  bool Fill(RequestKind kind, std::span<const std::byte> bytes) {
    bool sent = false;
    bool kick = false;
    for (ClientLane& lane : lanes) {
      while (lane.TrySubmit({kind, layout, 0}, bytes) != 0) sent = true;
      kick = lane.MustKick() || kick;
    }
    if (kick) raw.Kick();
    return sent;
  }
  void TakeAnswers() {
    for (ClientLane& lane : lanes) {
      for (std::uint64_t s = lane.slot_holder(); s < lane.slot_holder() + kLaneSlots; ++s) {
        if (lane.Answered(s)) lane.Consume(s);
      }
    }
    if (raw.Closed()) throw std::runtime_error("closed");
  }

  RawClient raw;
  std::uint16_t layout = 0;
  std::vector<ClientLane> lanes;
};

void SendAll(RawClient& client, std::span<const std::byte> bytes) {
  if (client.Closed()) throw std::runtime_error("closed");
  client.SendBytes(bytes);
}

// 64 lanes, always full of batches of 500 rows.
void Batches(const std::string& socket, std::uint64_t) {
  Greeted client(socket);
  const std::vector<std::byte> batch = Grind(500, 1);
  for (;;) {
    client.Fill(RequestKind::kBatch, batch);
    usleep(500);
    client.TakeAnswers();
  }
}

// 4,096 rows that take long; and gone.
void LeftBehind(const std::string& socket, std::uint64_t) {
  for (;;) {
    Greeted client(socket);
    client.Fill(RequestKind::kRow, Grind(1, 200));
    usleep(20'000);
  }
}

void Silent(const std::string& socket, std::uint64_t) {
  std::deque<std::unique_ptr<RawClient>> silent;
  for (;;) {
    silent.push_back(std::make_unique<RawClient>(socket));
    if (silent.size() > 64) silent.pop_front();
    usleep(1000);
  }
}

void Hellos(const std::string& socket, std::uint64_t) {
  for (;;) {
    RawClient client(socket);
    client.Greet({.features = kFeatureSharedMemory,
                  .lane_count = kLanes,
                  .request_slot_bytes = kSlotBytesMax,
                  .answer_slot_bytes = kSlotBytesMax});
  }
}

// Frames without end, whose answers are taken when there are any.
void Flood(RawClient& client, std::span<const std::byte> frame) {
  std::array<std::byte, 65'536> answers;
  for (;;) {
    SendAll(client, frame);
    while (recv(client.socket_fd(), answers.data(), answers.size(), MSG_DONTWAIT) > 0) {
    }
  }
}

void Binds(const std::string& socket, std::uint64_t) {
  Greeted client(socket);
  std::vector<std::byte> frame;
  for (std::uint64_t tag = 1; tag <= 64; ++tag) {
    AppendPlainFrame(&frame, MessageType::kBind, tag, EncodeBind({"echo", {}}));
  }
  Flood(client.raw, frame);
}

void Questions(const std::string& socket, std::uint64_t) {
  Greeted client(socket);
  std::vector<std::byte> frame;
  for (std::uint64_t tag = 1; tag <= 64; ++tag) {
    AppendFrame(&frame, MessageType::kAsk, tag,
                AskBody{static_cast<std::uint16_t>(Question::kStatus), {}});
  }
  Flood(client.raw, frame);
}

void Garbage(const std::string& socket, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (;;) {
    RawClient client(socket);
    if (random() % 4 != 0) client.Greet();
    for (int i = 0; i < 16 && !client.Closed(); ++i) {
      std::vector<std::byte> bytes(random() % 4096);
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
      // Half of them with a head that is well formed.
      if (bytes.size() >= sizeof(FrameHeader) && random() % 2 == 0) {
        FrameHeader header{static_cast<std::uint32_t>(bytes.size() - sizeof(header)),
                           static_cast<MessageType>(random() % 14), 0, random() % 8};
        std::memcpy(bytes.data(), &header, sizeof(header));
      }
      client.SendBytes(bytes);
    }
  }
}

void MutatedRows(const std::string& socket, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Greeted client(socket, kLargeHello, "echo");
  std::vector<std::byte> row(2048);
  for (;;) {
    for (int i = 0; i < 64; ++i) row[random() % row.size()] = static_cast<std::byte>(random());
    ClientLane& lane = client.lanes[random() % client.lanes.size()];
    const RequestHead head{static_cast<RequestKind>(random() % 4),
                           static_cast<std::uint16_t>(random() % 3), random() % 2 * random()};
    lane.TrySubmit(head, std::span(row).first(random() % row.size()));
    if (lane.MustKick()) client.raw.Kick();
    client.TakeAnswers();
  }
}

// Words anywhere in the memory that it may write.
void Scribbles(const std::string& socket, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Greeted client(socket);
  const std::span<std::byte> memory = client.raw.requests();
  for (std::uint64_t i = 1;; ++i) {
    const std::uint64_t word = random() % 2 == 0 ? random() : random() % 256;
    const std::size_t at = random() % (memory.size() / sizeof(word)) * sizeof(word);
    std::memcpy(memory.data() + at, &word, sizeof(word));
    if (i % 4096 != 0) continue;
    client.raw.Kick();
    if (client.raw.Closed()) throw std::runtime_error("closed");
  }
}

void Kicks(const std::string& socket, std::uint64_t) {
  Greeted client(socket);
  for (;;) {
    for (int i = 0; i < 1000; ++i) client.raw.Kick();
    if (client.raw.Closed()) throw std::runtime_error("closed");
  }
}

// Asks by the socket, and never takes an answer.
void Deaf(const std::string& socket, std::uint64_t) {
  Greeted client(socket, {.features = 0}, "echo");
  std::vector<std::byte> frame;
  const std::vector<std::byte> row(1 << 20, std::byte{1});
  AppendFrame(&frame, MessageType::kScore, 1, ScoreBody{client.layout, 1, 0, 0}, row);
  for (;;) {
    if (client.raw.Closed()) throw std::runtime_error("closed");
    if (send(client.raw.socket_fd(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
      usleep(1000);
    }
  }
}

void Rings(const std::string& socket, std::uint64_t) {
  for (;;) {
    Greeted client(socket);
    for (int i = 0; i < 16; ++i) {
      const auto ring = client.raw.Attach(
          {.lane_count = kLanes, .request_slot_bytes = 4096, .answer_slot_bytes = 4096});
      if (ring) client.raw.Detach(ring->id);
    }
  }
}

constexpr Attack kAttacks[] = {
    {"batches", Batches},     {"left-behind", LeftBehind},
    {"silent", Silent},       {"hellos", Hellos},
    {"binds", Binds},         {"questions", Questions},
    {"garbage", Garbage},     {"mutated-rows", MutatedRows},
    {"scribbles", Scribbles}, {"kicks", Kicks},
    {"deaf", Deaf},           {"rings", Rings},
};

}  // namespace

std::span<const Attack> Attacks() { return kAttacks; }

bool RunAttack(const std::string& name, const std::string& socket, std::uint64_t seed) {
  for (const Attack& attack : kAttacks) {
    if (name != attack.name) continue;
    for (;; ++seed) {
      try {
        attack.run(socket, seed);
      } catch (const std::exception&) {
        usleep(1000);  // it was shown the door: once more
      }
    }
  }
  return false;
}

}  // namespace pillion
