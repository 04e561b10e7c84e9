#include "tests/chaos/echo_caller.h"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace pillion {

Client ConnectSoon(const std::string& url) {
  pillion_options options = PILLION_OPTIONS_INIT;
  options.connect_later = 1;
  const auto client = Client::Connect(url, options);
  if (!client) throw std::runtime_error(client.error().text);
  while (client->transport().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return *client;
}

}  // namespace pillion
