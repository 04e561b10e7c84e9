#include "sidecar/http/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "sidecar/http/reason_phrase.h"

namespace pillion {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::seconds kLingerTime{1};

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string Head(const HttpReply& reply, bool last) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head.append(ReasonPhrase(reply.status)).append("\r\n");
  if (!reply.content_type.empty()) head += "Content-Type: " + reply.content_type + "\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  if (reply.status != 204) {
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  }
  if (last) head += "Connection: close\r\n";
  return head += "\r\n";
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, const Dialects& dialects, const HttpLimits& limits,
                               Gone gone)
    : socket_(std::move(socket)), dialects_(dialects), limits_(limits), gone_(std::move(gone)) {}

void HttpConnection::Start() { NextRequest(); }

void HttpConnection::Check(Clock::time_point now) {
  if (now > deadline_) Close();
}

void HttpConnection::Drain() {
  draining_ = true;
  if (!request_begun_) Close();
}

void HttpConnection::Close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  gone_(shared_from_this());
}

void HttpConnection::NextRequest() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(limits_.header_bytes_max);
  parser_->body_limit(limits_.body_bytes_max);
  request_begun_ = false;
  continued_ = false;
  if (buffer_.size() > 0) return Parse();
  deadline_ = Clock::now() + limits_.idle_time_max;
  Read();
}

void HttpConnection::Read() {
  socket_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            if (self->closed_) return;
                            if (error) return self->Close();
                            self->buffer_.commit(bytes);
                            self->Parse();
                          });
}

void HttpConnection::Parse() {
  if (!std::exchange(request_begun_, true)) deadline_ = Clock::now() + limits_.request_time_max;
  while (!parser_->is_done()) {
    error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error && error != http::error::need_more) return RefuseBroken(error);
    if (parser_->is_done()) break;
    if (!error && used > 0 && buffer_.size() > 0) continue;
    if (parser_->is_header_done() && !std::exchange(continued_, true) &&
        boost::beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      out_ = "HTTP/1.1 100 Continue\r\n\r\n";
      return asio::async_write(socket_, asio::buffer(out_),
                               [self = shared_from_this()](const error_code& failed, std::size_t) {
                                 if (self->closed_) return;
                                 failed ? self->Close() : self->Read();
                               });
    }
    return Read();
  }
  AnswerRequest();
}

void HttpConnection::AnswerRequest() {
  const auto& message = parser_->get();
  const std::string_view target = View(message.target());
  const std::size_t question = std::min(target.find('?'), target.size());
  const HttpRequest request{
      .method = View(message.method_string()),
      .path = target.substr(0, question),
      .query = target.substr(std::min(question + 1, target.size())),
      .content_type = View(message[http::field::content_type]),
      .accept = View(message[http::field::accept]),
      .body = message.body(),
      .header =
          [&message](std::string_view name) {
            return View(message[{name.data(), name.size()}]);
          },
  };
  const bool head_only = message.method() == http::verb::head;
  const bool last = !message.keep_alive();
  HttpReply reply = Answer(dialects_, request);
  if (!reply.later) return Write(std::move(reply), last, head_only);
  deadline_ = Clock::time_point::max();
  // The thread that replies may have any other loop.
  // Where the reply never comes, the server has ended, and the connection with it.
  reply.later([connection = weak_from_this(), last, head_only](HttpReply late) {
    const auto self = connection.lock();
    if (self == nullptr) return;
    asio::post(self->socket_.get_executor(),
               [self, last, head_only, late = std::move(late)]() mutable {
                 if (!self->closed_) self->Write(std::move(late), last, head_only);
               });
  });
}

// What comes behind a request that cannot be read is no request.
void HttpConnection::RefuseBroken(const error_code& error) {
  unsigned status = 400;
  std::string what = "this is no HTTP/1.1 request: " + error.message();
  if (error == http::error::body_limit) {
    status = 413;
    what = "the body is larger than " + std::to_string(limits_.body_bytes_max) + " bytes";
  } else if (error == http::error::header_limit) {
    status = 431;
    what = "the header is larger than " + std::to_string(limits_.header_bytes_max) + " bytes";
  }
  Write(dialects_.front()->Refuse(status, what), true, false);
}

void HttpConnection::Write(HttpReply reply, bool last, bool head_only) {
  last = last || draining_;
  out_ = Head(reply, last);
  if (!head_only) out_ += reply.body;
  deadline_ = Clock::now() + limits_.write_time_max;
  asio::async_write(socket_, asio::buffer(out_),
                    [self = shared_from_this(), last](const error_code& error, std::size_t) {
                      if (self->closed_) return;
                      error ? self->Close() : self->Written(last);
                    });
}

void HttpConnection::Written(bool last) {
  if (!last) return NextRequest();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  deadline_ = Clock::now() + kLingerTime;
  Linger();
}

// Closing with bytes unread would make the peer's kernel throw the answer away.
void HttpConnection::Linger() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (self->closed_) return;
                            error ? self->Close() : self->Linger();
                          });
}

}  // namespace pillion
