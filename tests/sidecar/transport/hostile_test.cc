// Clients that break the rules: each may hurt itself and nobody else, and leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "schemas/socket/descriptors.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

std::size_t OpenDescriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

std::size_t MappedMemfds() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("memfd:pillion") != std::string::npos ? 1 : 0;
  }
  return count;
}

class Hostile : public ::testing::Test {
 protected:
  // The honest client beside the hostile one.
  void ExpectHonestWorks() {
    for (std::uint8_t i = 0; i < 10; ++i) {
      const std::vector<std::byte> row{std::byte{i}, std::byte{77}};
      const auto head = honest_.Score(&lane_, layout_, row);
      ASSERT_TRUE(head) << "the honest client was cut off";
      ASSERT_EQ(head->code, ScoreCode::kOk);
      ASSERT_EQ(honest_.answer(), row);
    }
  }
  void WaitForClients(std::uint32_t count) {
    while (server_.server().client_count() != count) std::this_thread::yield();
  }

  TestServer server_{{.handshakes_max = 16, .handshake_time_max = std::chrono::milliseconds(200)}};
  RawClient honest_{server_.path()};
  bool greeted_ = honest_.Greet();
  std::uint16_t layout_ = honest_.Bind("echo");
  ClientLane lane_ = honest_.Lane(0);
};

TEST_F(Hostile, HandshakesThatLie) {
  struct Lie {
    HelloBody hello;
    ScoreCode code;
  };
  const Lie lies[] = {
      {{.magic = 0x50545448}, ScoreCode::kUnsupported},
      {{.major = 0}, ScoreCode::kUnsupported},
      {{.major = 2}, ScoreCode::kUnsupported},
      {{.major = 0xFFFF, .minor = 0xFFFF}, ScoreCode::kUnsupported},
  };
  for (const Lie& lie : lies) {
    RawClient client(server_.path());
    client.Send(MessageType::kHello, 1, lie.hello);
    const auto answer = client.Receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.type, MessageType::kError);
    EXPECT_EQ(answer->code(), lie.code);
    EXPECT_FALSE(client.Receive());
  }
  RawClient newer(server_.path());
  EXPECT_TRUE(newer.Greet({.minor = 9, .features = 0xFFFFFFFF, .lane_count = 1}));
  EXPECT_EQ(newer.welcome().minor, kProtocolMinor);
  ExpectHonestWorks();
}

TEST_F(Hostile, FirstMessagesThatAreNoHello) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    RawClient client(server_.path());
    std::vector<std::byte> bytes(1 + random() % 300);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    client.SendBytes(bytes);
    shutdown(client.socket_fd(), SHUT_WR);
    const auto answer = client.Receive();
    if (answer) {
      EXPECT_EQ(answer->header.type, MessageType::kError);
    }
  }
  ExpectHonestWorks();
}

TEST_F(Hostile, ConnectsThatSayNothing) {
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<RawClient>(server_.path()));
  for (const auto& client : silent) {
    const auto answer = client->Receive();  // some at once, the others when their time is up
    if (!answer) continue;
    EXPECT_TRUE(answer->code() == ScoreCode::kBusy || answer->code() == ScoreCode::kDeadline);
  }
  RawClient late(server_.path());
  EXPECT_TRUE(late.Greet());
  ExpectHonestWorks();
}

TEST_F(Hostile, FramesThatBreakTheProtocol) {
  const std::uint64_t row = 0;
  const auto rest = std::as_bytes(std::span(&row, 1));
  struct Break {
    FrameHeader header;
    std::size_t sent_bytes;
  };
  const Break breaks[] = {
      {{0xFFFFFFFF, MessageType::kScore, 0, 5}, 8},  // longer than any message
      {{8, MessageType::kScore, 0, 5}, 8},           // shorter than its fixed part
      {{8, MessageType::kScore, 0, 0}, 8},           // without tag
      {{8, static_cast<MessageType>(99), 0, 5}, 8},  // of no type
      {{8, MessageType::kWelcome, 0, 5}, 8},         // of the server's type
      {{8, MessageType::kHello, 0, 5}, 8},           // a second HELLO
      {{4, MessageType::kUnbind, 0, 5}, 4},
  };
  for (const Break& broken : breaks) {
    RawClient client(server_.path());
    ASSERT_TRUE(client.Greet());
    client.SendBytes(std::as_bytes(std::span(&broken.header, 1)));
    client.SendBytes(rest.first(broken.sent_bytes));
    const auto answer = client.Receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->code(), ScoreCode::kMalformed);
    EXPECT_EQ(answer->header.tag, 0u);
    EXPECT_FALSE(client.Receive()) << "cut off";
  }
  WaitForClients(1);
  ExpectHonestWorks();
}

TEST_F(Hostile, BindsThatAreMalformed) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  for (const std::uint32_t count : {1u, 5000u, 0xFFFFFFFFu}) {
    client.Send(MessageType::kBind, 9, count);
    EXPECT_EQ(client.Receive()->code(), ScoreCode::kMalformed);
  }
  EXPECT_NE(client.Bind("echo"), 0) << "a malformed bind is answered, and the connection goes on";
}

TEST_F(Hostile, ASlotThatIsLongerThanItself) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  ClientLane lane = client.Lane(1);
  lane.TrySubmit({}, {});
  auto* slot = reinterpret_cast<RequestSlot*>(
      client.requests().data() + client.geometry().request_lane_offset(1) +
      sizeof(RequestLaneControl) +
      SlotIndex(client.welcome().first_sequence) * client.geometry().request_slot_bytes);
  slot->length.store(0xFFFFFFFF);
  client.Kick();
  EXPECT_EQ(client.Receive()->code(), ScoreCode::kMalformed);
  EXPECT_FALSE(client.Receive());
  WaitForClients(1);
  ExpectHonestWorks();
}

TEST_F(Hostile, AClientThatWritesNoiseIntoAllItsMemory) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  client.Bind("echo");
  const std::uint64_t first = client.welcome().first_sequence;
  auto* words = reinterpret_cast<std::atomic<std::uint64_t>*>(client.requests().data());
  const std::size_t count = client.requests().size() / sizeof(std::uint64_t);
  std::mt19937_64 random(3);
  for (int round = 0; round < 300 && !client.Closed(); ++round) {
    for (int i = 0; i < 2000; ++i) {
      // Numbers near the expected ones, so that slots get claimed with noise in them.
      const bool near = i % 2 == 0;
      words[random() % count].store(near ? first + random() % 256 : random(),
                                    std::memory_order_relaxed);
    }
    client.Kick();
    if (round % 30 == 0) ExpectHonestWorks();
  }
  ExpectHonestWorks();
}

TEST_F(Hostile, AClientThatNeverReads) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("echo");
  const std::vector<std::byte> row(100'000);
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kScore, 5, ScoreBody{layout, 1, 0, 0}, row);
  std::size_t sent_bytes = 0;
  for (int i = 0; i < 500; ++i) {
    const ssize_t sent =
        send(client.socket_fd(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) sent_bytes += static_cast<std::size_t>(sent);
    if (i % 50 == 0) ExpectHonestWorks();
  }
  EXPECT_LT(sent_bytes, 500 * frame.size()) << "the server queues without bound";
}

TEST_F(Hostile, AClientThatKicksAndFillsItsOwnKick) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet());
  for (int i = 0; i < 10'000; ++i) client.Kick();
  const std::uint64_t nearly_full = 0xFFFFFFFFFFFFFFFEu - 10'000;
  EXPECT_LT(write(client.fds()[kKickEvent].get(), &nearly_full, sizeof(nearly_full)), 9);
  ExpectHonestWorks();
}

TEST_F(Hostile, DescriptorsThatNobodyAskedFor) {
  const std::size_t before = OpenDescriptors();
  {
    RawClient client(server_.path());
    ASSERT_TRUE(client.Greet({.features = 0}));
    const UniqueFd file(dup(0));
    const std::vector<int> fds(8, file.get());
    for (int i = 0; i < 50; ++i) {
      std::vector<std::byte> frame;
      AppendFrame(&frame, MessageType::kAsk, 5, AskBody{2, {}});
      ASSERT_TRUE(SendWithDescriptors(client.socket_fd(), frame, fds));
      ASSERT_TRUE(client.Receive());
    }
    EXPECT_LE(OpenDescriptors(), before + 4) << "the server keeps what it was sent";
  }
  WaitForClients(1);
}

TEST_F(Hostile, NothingIsLeftOfClientsThatWereThere) {
  WaitForClients(1);
  const std::size_t descriptors = OpenDescriptors();
  const std::size_t memfds = MappedMemfds();
  for (int i = 0; i < 200; ++i) {
    RawClient client(server_.path());
    if (i % 4 == 0) continue;                                    // says nothing
    client.Greet({.major = static_cast<std::uint16_t>(i % 3)});  // is refused, or not
    if (i % 2 == 0) client.Bind("echo");
  }
  WaitForClients(1);
  // The handshakes that said nothing end with their hang-up, a moment later.
  for (int i = 0; i < 2000 && OpenDescriptors() != descriptors; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(OpenDescriptors(), descriptors);
  EXPECT_EQ(MappedMemfds(), memfds);
}

}  // namespace
}  // namespace pillion
