// Connecting to a server that has too much to do.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "client/pillion.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

class Backlog {
 public:
  explicit Backlog(const std::string& path) : listener_(Socket()) {
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof(address_.sun_path) - 1);
    bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof(address_));
    listen(listener_.get(), 0);
    do {
      waiting_.push_back(Socket());
    } while (connect(waiting_.back().get(), reinterpret_cast<const sockaddr*>(&address_),
                     sizeof(address_)) == 0);
    EXPECT_EQ(errno, EAGAIN);
  }
  // Takes everybody in, and hangs up.
  void Clear() {
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const UniqueFd taken(accept(listener_.get(), nullptr, nullptr));
    }
  }

 private:
  static UniqueFd Socket() { return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)); }

  UniqueFd listener_;
  sockaddr_un address_{};
  std::vector<UniqueFd> waiting_;
};

pillion_error Open(const std::string& path, std::uint64_t timeout_ns) {
  pillion_options options = PILLION_OPTIONS_INIT;
  options.connect_timeout_ns = timeout_ns;
  pillion_error error = PILLION_ERROR_INIT;
  pillion_client* client = nullptr;
  EXPECT_EQ(pillion_open(("unix:" + path).c_str(), &options, &client, &error), PILLION_SERVER_GONE);
  return error;
}

TEST(Dial, WaitsForRoomInTheBacklog) {
  const testing::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/s";
  Backlog backlog(path);
  std::string text;
  std::thread client([&] { text = Open(path, 60'000'000'000).text; });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  // The client comes in now or with a later turn; then it finds that it was hung up on.
  std::atomic<bool> done{false};
  std::thread server([&] {
    while (!done) {
      backlog.Clear();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  client.join();
  done = true;
  server.join();
  EXPECT_NE(text.find("WELCOME"), std::string::npos) << text;
}

TEST(Dial, SaysSoWhereThereIsNoRoomInTime) {
  const testing::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/s";
  const Backlog backlog(path);
  const std::string text = Open(path, 20'000'000).text;
  EXPECT_NE(text.find("cannot connect to " + path), std::string::npos) << text;
}

}  // namespace
}  // namespace pillion
