// Work for the thread of an event loop, waited for.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

namespace pillion::testing {

// What `f` returns on the thread that runs `io`. REQUIRES: it is another one than this.
template <typename F>
auto RunOn(boost::asio::io_context& io, F f) {
  std::packaged_task<decltype(f())()> task(std::move(f));
  auto future = task.get_future();
  boost::asio::post(io, [&task] { task(); });
  return future.get();
}

}  // namespace pillion::testing
