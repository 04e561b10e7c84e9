#include "sidecar/transport/handshake.h"

#include <algorithm>
#include <boost/asio/read.hpp>
#include <new>
#include <utility>

#include "schemas/socket/descriptors.h"

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr char kHungUp[] = "it hung up before it was let in";

}  // namespace

Handshake::Handshake(Socket socket, const TransportOptions& options, MemoryBudget& budget)
    : socket_(std::move(socket)),
      options_(options),
      budget_(budget),
      timer_(socket_.get_executor()) {}

void Handshake::Start(Done done) {
  done_ = std::move(done);
  Try(&Handshake::Begin);
}

// Who there is no memory for is told, or hears nothing but the end.
void Handshake::Try(void (Handshake::*step)()) {
  try {
    (this->*step)();
  } catch (const std::bad_alloc&) {
    Refuse(ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
  }
}

void Handshake::Begin() {
  timer_.expires_after(options_.handshake_time_max);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->Refuse(ScoreCode::kDeadline, "no HELLO came in time");
  });
  asio::async_read(socket_, asio::buffer(&header_, sizeof(header_)),
                   [self = shared_from_this()](const error_code& error, std::size_t) {
                     if (error) return self->Finish(tl::unexpected<std::string>(kHungUp));
                     self->Try(&Handshake::ReadBody);
                   });
}

void Handshake::ReadBody() {
  // Newer clients may have more to say than this server knows, but not much.
  if (header_.type != MessageType::kHello || header_.body_bytes < sizeof(HelloBody) ||
      header_.body_bytes > body_.size()) {
    return Refuse(ScoreCode::kMalformed, "the first message is no HELLO");
  }
  asio::async_read(socket_, asio::buffer(body_.data(), header_.body_bytes),
                   [self = shared_from_this()](const error_code& error, std::size_t) {
                     if (error) return self->Finish(tl::unexpected<std::string>(kHungUp));
                     self->Try(&Handshake::Answer);
                   });
}

void Handshake::Answer() {
  if (!done_) return;
  HelloBody hello;
  std::memcpy(&hello, body_.data(), sizeof(hello));
  std::string why;
  if (!MaySpeak(hello, &why)) return Refuse(ScoreCode::kUnsupported, why);

  Welcomed welcomed;
  WelcomeBody welcome;
  welcome.minor = std::min(hello.minor, kProtocolMinor);
  welcome.message_bytes_max = options_.message_bytes_max;
  if ((hello.features & kFeatureSharedMemory) != 0 && options_.shared_memory) {
    // Where memory cannot be had the socket still works.
    auto events = ClientEvents::Create();
    auto memory = ClientMemory::Create(
        Grant({hello.lane_count, hello.request_slot_bytes, hello.answer_slot_bytes},
              options_.geometry_max),
        budget_);
    if (memory && events) {
      welcome.features = kFeatureSharedMemory;
      welcome.lane_count = memory->geometry().lane_count;
      welcome.request_slot_bytes = memory->geometry().request_slot_bytes;
      welcome.answer_slot_bytes = memory->geometry().answer_slot_bytes;
      welcome.first_sequence = memory->first_sequence();
      welcomed.memory.emplace(std::move(*memory));
      welcomed.events.emplace(std::move(*events));
    }
  }
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kWelcome, header_.tag, welcome);
  std::vector<int> fds;  // in the order of WelcomeDescriptor
  if (welcomed.memory) {
    for (const int fd : welcomed.memory->client_ends()) fds.push_back(fd);
    for (const int fd : welcomed.events->client_ends()) fds.push_back(fd);
  }
  if (!SendWithDescriptors(socket_.native_handle(), frame, fds)) {
    return Finish(tl::unexpected<std::string>(kHungUp));
  }
  if (welcomed.memory) {
    welcomed.memory->CloseClientEnds();
    welcomed.events->CloseClientEnds();
  }
  Finish(std::move(welcomed));
}

bool Handshake::MaySpeak(const HelloBody& hello, std::string* why) const {
  if (hello.magic != kProtocolMagic) {
    *why = "this is not Pillion's protocol";
    return false;
  }
  if (hello.major != kProtocolMajor) {
    *why = "the client speaks protocol " + std::to_string(hello.major) + ", this server " +
           std::to_string(kProtocolMajor);
    return false;
  }
  return true;
}

void Handshake::Refuse(ScoreCode code, std::string_view why) {
  std::string told;
  try {
    std::vector<std::byte> frame;
    AppendFrame(&frame, MessageType::kError, 0, CodeBody{static_cast<std::uint8_t>(code), {}},
                Bytes(why));
    if (socket_.is_open()) SendWithDescriptors(socket_.native_handle(), frame, {});
    told = why;
  } catch (const std::bad_alloc&) {
    // Said at Try().
  }
  Finish(tl::unexpected(std::move(told)));
}

void Handshake::Finish(tl::expected<Welcomed, std::string> welcomed) {
  if (!done_) return;
  timer_.cancel();
  error_code ignored;
  if (welcomed) {
    welcomed->socket.Reset(socket_.release(ignored));
  } else {
    socket_.close(ignored);
  }
  std::exchange(done_, nullptr)(std::move(welcomed));
}

}  // namespace pillion
