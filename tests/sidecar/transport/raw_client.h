// A client made of bare bytes, for what a proper client never does. Blocking; throws on what no
// server may do.
#pragma once

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "schemas/ring/shm_ring.h"
#include "schemas/socket/descriptors.h"
#include "schemas/socket/message.h"

namespace pillion {

struct ReceivedFrame {
  FrameHeader header;
  std::vector<std::byte> body;

  ScoreCode code() const {  // of ERROR and TOLD
    return body.empty() ? ScoreCode::kInternal : static_cast<ScoreCode>(body[0]);
  }
};

class RawClient {
 public:
  explicit RawClient(const std::string& path) {
    socket_.Reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("connect");
    }
    const timeval patience{20, 0};  // a hang shows as a failure
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~RawClient() {
    if (requests_ != nullptr) munmap(requests_, geometry_.requests_bytes());
    if (answers_ != nullptr) munmap(answers_, geometry_.answers_bytes());
    for (const std::span<std::byte> mapping : mappings_) munmap(mapping.data(), mapping.size());
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  int socket_fd() const { return socket_.get(); }
  const WelcomeBody& welcome() const { return welcome_; }
  const Geometry& geometry() const { return geometry_; }
  std::vector<UniqueFd>& fds() { return fds_; }
  std::span<std::byte> requests() { return {requests_, geometry_.requests_bytes()}; }

  void SendBytes(std::span<const std::byte> bytes) {
    send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  template <typename Fixed>
  void Send(MessageType type, std::uint64_t tag, const Fixed& fixed,
            std::span<const std::byte> rest = {}) {
    std::vector<std::byte> frame;
    AppendFrame(&frame, type, tag, fixed, rest);
    SendBytes(frame);
  }

  // Nothing: the server has closed the connection.
  std::optional<ReceivedFrame> Receive() {
    ReceivedFrame frame;
    if (!ReceiveAll(&frame.header, sizeof(frame.header))) return std::nullopt;
    frame.body.resize(frame.header.body_bytes);
    if (!ReceiveAll(frame.body.data(), frame.body.size())) return std::nullopt;
    return frame;
  }

  // HELLO and WELCOME; maps what came. False: refused.
  bool Greet(HelloBody hello = {.features = kFeatureSharedMemory, .lane_count = 2}) {
    Send(MessageType::kHello, 1, hello);
    const auto frame = Receive();
    if (!frame || frame->header.type != MessageType::kWelcome) return false;
    std::memcpy(&welcome_, frame->body.data(), sizeof(welcome_));
    if ((welcome_.features & kFeatureSharedMemory) == 0) return true;
    if (fds_.size() != kWelcomeDescriptors) throw std::runtime_error("descriptors");
    geometry_ = {welcome_.lane_count, welcome_.request_slot_bytes, welcome_.answer_slot_bytes};
    requests_ = Map(fds_[kRequestsMemory], geometry_.requests_bytes(), PROT_READ | PROT_WRITE);
    answers_ = Map(fds_[kAnswersMemory], geometry_.answers_bytes(), PROT_READ);
    return true;
  }

  // The text of what the server tells; empty where it does not.
  std::string Ask(Question question) {
    Send(MessageType::kAsk, 3, AskBody{static_cast<std::uint16_t>(question), {}});
    const auto told = Receive();
    if (!told || told->header.type != MessageType::kTold) return "";
    return std::string(Text(std::span(told->body).subspan(sizeof(CodeBody))));
  }

  std::uint16_t Bind(const std::string& model) {
    std::vector<std::byte> frame;
    AppendPlainFrame(&frame, MessageType::kBind, 7, EncodeBind({model, {}}));
    SendBytes(frame);
    const auto answer = Receive();
    if (!answer || answer->header.type != MessageType::kBound) return 0;
    BoundBody bound;
    std::memcpy(&bound, answer->body.data(), sizeof(bound));
    return bound.layout;
  }

  ClientLane Lane(std::uint32_t lane) {
    return {requests_ + geometry_.request_lane_offset(lane),
            answers_ + geometry_.answer_lane_offset(lane), geometry_, welcome_.first_sequence};
  }
  // One more ring. Its lanes are given in `ring`; nothing: refused, and `refusal` says with what.
  struct AttachedRing {
    std::uint16_t id = 0;
    Geometry geometry;
    std::vector<ClientLane> lanes;
    const AnswersHeader* header = nullptr;
  };
  std::optional<AttachedRing> Attach(const AttachBody& wanted, ScoreCode* refusal = nullptr) {
    std::vector<UniqueFd> of_welcome = std::exchange(fds_, {});
    Send(MessageType::kAttach, 11, wanted);
    const auto frame = Receive();
    const std::vector<UniqueFd> fds = std::exchange(fds_, std::move(of_welcome));
    if (!frame || frame->header.type != MessageType::kAttached) {
      if (frame && refusal != nullptr) *refusal = frame->code();
      return std::nullopt;
    }
    AttachedBody body;
    std::memcpy(&body, frame->body.data(), sizeof(body));
    if (fds.size() != kAttachedDescriptors) throw std::runtime_error("descriptors");
    AttachedRing ring{
        body.ring, {body.lane_count, body.request_slot_bytes, body.answer_slot_bytes}, {}, nullptr};
    std::byte* requests =
        Map(fds[kRequestsMemory], ring.geometry.requests_bytes(), PROT_READ | PROT_WRITE);
    const std::byte* answers = Map(fds[kAnswersMemory], ring.geometry.answers_bytes(), PROT_READ);
    ring.header = reinterpret_cast<const AnswersHeader*>(answers);
    for (std::uint32_t i = 0; i < ring.geometry.lane_count; ++i) {
      ring.lanes.emplace_back(requests + ring.geometry.request_lane_offset(i),
                              answers + ring.geometry.answer_lane_offset(i), ring.geometry,
                              body.first_sequence);
    }
    mappings_.push_back({requests, ring.geometry.requests_bytes()});
    mappings_.push_back({const_cast<std::byte*>(answers), ring.geometry.answers_bytes()});
    return ring;
  }
  void Detach(std::uint16_t ring) { Send(MessageType::kDetach, 12, DetachBody{ring, {}}); }
  void Kick() {
    const std::uint64_t one = 1;
    if (write(fds_[kKickEvent].get(), &one, sizeof(one)) != sizeof(one)) return;
  }
  // Submits and waits, or gives up when the connection ends.
  std::optional<AnswerHead> Score(ClientLane* lane, std::uint16_t layout,
                                  std::span<const std::byte> row, std::uint64_t deadline_ns = 0) {
    const std::uint64_t sequence = lane->TrySubmit({RequestKind::kRow, layout, deadline_ns}, row);
    if (lane->MustKick()) Kick();
    while (!lane->Answered(sequence)) {
      if (Closed()) return std::nullopt;
      if (!lane->AboutToSleep(sequence)) lane->Sleep(sequence, MonotonicNs() + 1'000'000);
      lane->WakeUp();
    }
    std::span<const std::byte> payload;
    const AnswerHead head = lane->Read(sequence, &payload);
    answer_.assign(payload.begin(), payload.end());
    lane->Consume(sequence);
    return head;
  }
  const std::vector<std::byte>& answer() const { return answer_; }

  bool Closed() {
    pollfd hangup{socket_.get(), 0, 0};
    return poll(&hangup, 1, 0) == 1;
  }

 private:
  bool ReceiveAll(void* data, std::size_t bytes) {
    auto* at = static_cast<std::byte*>(data);
    while (bytes != 0) {
      const ssize_t got = ReceiveWithDescriptors(socket_.get(), {at, bytes}, 0, &fds_);
      if (got < 0 && errno == EAGAIN) throw std::runtime_error("the server is silent");
      if (got <= 0) return false;
      at += got;
      bytes -= static_cast<std::size_t>(got);
    }
    return true;
  }
  static std::byte* Map(const UniqueFd& memory, std::size_t bytes, int protection) {
    void* at = mmap(nullptr, bytes, protection, MAP_SHARED, memory.get(), 0);
    if (at == MAP_FAILED) throw std::runtime_error("mmap");
    return static_cast<std::byte*>(at);
  }

  UniqueFd socket_;
  std::vector<UniqueFd> fds_;
  std::vector<std::span<std::byte>> mappings_;  // of attached rings
  WelcomeBody welcome_;
  Geometry geometry_;
  std::byte* requests_ = nullptr;
  std::byte* answers_ = nullptr;
  std::vector<std::byte> answer_;
};

}  // namespace pillion
