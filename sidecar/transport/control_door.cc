#include "sidecar/transport/control_door.h"

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

#include "sidecar/transport/peer_credentials.h"

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Of each: more are evicted, oldest first. A probe needs one, for a moment.
constexpr std::size_t kHandshakesMax = 16;
constexpr std::size_t kSessionsMax = 16;
constexpr std::uint32_t kQuestionBytesMax = 64 * 1024;

TransportOptions WithoutMemory(TransportOptions options) {
  options.shared_memory = false;
  return options;
}

}  // namespace

// One who asks: a question is read when the last one's answer was taken.
class ControlDoor::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Door::Protocol::socket socket, const Answer& answer, std::function<void()> done)
      : socket_(std::move(socket)), answer_(answer), done_(std::move(done)) {}

  void Read() {
    asio::async_read(
        socket_, asio::buffer(&header_, sizeof(header_)),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          if (error || self->header_.tag == 0 || self->header_.body_bytes > kQuestionBytesMax) {
            return self->End();
          }
          self->ReadBody();
        });
  }
  void End() {
    error_code ignored;
    socket_.close(ignored);
    if (done_) std::exchange(done_, nullptr)();
  }

 private:
  void ReadBody() {
    body_.resize(header_.body_bytes);
    asio::async_read(socket_, asio::buffer(body_),
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (error) return self->End();
                       self->Ask();
                     });
  }
  void Ask() {
    if (header_.type != MessageType::kAsk) {
      return Reply({MessageType::kError, ScoreCode::kRefused,
                    "this socket answers questions only: score over pillion.sock"});
    }
    answer_(body_, [self = shared_from_this()](const Told& told) { self->Reply(told); });
  }
  void Reply(const Told& told) {
    frame_.clear();
    AppendFrame(&frame_, told.type, header_.tag, CodeBody{static_cast<std::uint8_t>(told.code), {}},
                Bytes(told.text));
    asio::async_write(socket_, asio::buffer(frame_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return self->End();
                        self->Read();
                      });
  }

  Door::Protocol::socket socket_;
  const Answer& answer_;
  std::function<void()> done_;
  FrameHeader header_;
  std::vector<std::byte> body_;
  std::vector<std::byte> frame_;
};

ControlDoor::ControlDoor(asio::io_context& io, const TransportOptions& options,
                         MemoryBudget& memory, Answer answer)
    : io_(io),
      options_(WithoutMemory(options)),
      memory_(memory),
      answer_(std::move(answer)),
      door_(io, [this](Door::Protocol::socket socket) { Greet(std::move(socket)); }) {}

void ControlDoor::Greet(Door::Protocol::socket socket) {
  const auto peer = ReadPeerCredentials(socket.native_handle());
  auto handshake = std::make_shared<Handshake>(std::move(socket), options_, memory_);
  if (!peer || !IsOwner(*peer)) {
    return handshake->Refuse(ScoreCode::kRefused, "this socket is the server's own user's");
  }
  if (handshakes_.size() == kHandshakesMax) {
    const auto oldest = handshakes_.front();
    oldest->Refuse(ScoreCode::kBusy, "newer connections need the place");
  }
  const auto place = handshakes_.insert(handshakes_.end(), handshake);
  handshake->Start([this, place](tl::expected<Welcomed, std::string> welcomed) {
    handshakes_.erase(place);
    if (welcomed) Admit(std::move(*welcomed));
  });
}

void ControlDoor::Admit(Welcomed welcomed) {
  if (sessions_.size() == kSessionsMax) {
    const auto oldest = sessions_.front();
    oldest->End();
  }
  Door::Protocol::socket socket(io_, Door::Protocol(), welcomed.socket.Release());
  const auto place = sessions_.insert(sessions_.end(), nullptr);
  *place = std::make_shared<Session>(std::move(socket), answer_,
                                     [this, place] { sessions_.erase(place); });
  (*place)->Read();
}

}  // namespace pillion
