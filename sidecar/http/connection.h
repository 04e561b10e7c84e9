// One connection: requests are read, answered and written one after another, on its thread's loop.
// Knows HTTP/1.1 and no dialect.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_limits.h"

namespace pillion {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                  boost::asio::io_context::executor_type>;
  using Gone = std::function<void(const std::shared_ptr<HttpConnection>&)>;

  // `dialects` outlive it. `gone` is called once, at the end.
  HttpConnection(Socket socket, const Dialects& dialects, const HttpLimits& limits, Gone gone);

  void Start();
  // Closes it if its time is up.
  void Check(Clock::time_point now);
  // From here on each answer is the last. Closes it at once where no request has begun.
  void Drain();
  void Close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void NextRequest();
  void Read();
  void Parse();
  void AnswerRequest();
  void RefuseBroken(const boost::system::error_code& error);
  void Write(HttpReply reply, bool last, bool head_only);
  void Written(bool last);
  void Linger();

  Socket socket_;
  const Dialects& dialects_;
  const HttpLimits& limits_;
  Gone gone_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string out_;
  Clock::time_point deadline_;
  bool request_begun_ = false;
  bool continued_ = false;  // 100 was said
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace pillion
