#include "sidecar/transport/door.h"

#include <utility>

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPause{100};

}  // namespace

tl::expected<void, std::string> Door::Open(const std::string& path, mode_t mode) {
  auto listener = Listener::Open(path, mode);
  if (!listener) return tl::unexpected(listener.error());
  Close();
  listener_.emplace(std::move(*listener));
  acceptor_.assign(Protocol(), listener_->ReleaseSocket());
  Accept();
  return {};
}

void Door::Close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  listener_.reset();
}

void Door::Accept() {
  accepting_ = false;
  acceptor_.async_accept([this](const error_code& error, Protocol::socket socket) {
    if (error == asio::error::operation_aborted) return;
    accepting_ = false;
    if (!error) {
      visitor_(std::move(socket));
      return Resume();
    }
    // Out of descriptors, most likely: the connection waits in the backlog.
    pause_.expires_after(kPause);
    pause_.async_wait([this](const error_code& stopped) {
      if (!stopped) Accept();
    });
    accepting_ = true;
  });
  accepting_ = true;
}

}  // namespace pillion
