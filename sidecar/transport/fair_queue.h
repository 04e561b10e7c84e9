// What clients ask of the control thread, in turns: one of each that has something, and so on. So
// nobody waits for more than one request of each other client.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>

namespace pillion {

template <typename Request>
class FairQueue {
 public:
  bool empty() const { return of_clients_.empty(); }

  // Throws std::bad_alloc, and then nothing was added.
  void Add(std::uint64_t client, Request request) {
    const auto [place, is_new] = of_clients_.try_emplace(client);
    try {
      place->second.push_back(std::move(request));
    } catch (...) {
      if (is_new) of_clients_.erase(place);
      throw;
    }
  }

  // The oldest request of the client whose turn it is. REQUIRES: !empty().
  Request Take() {
    auto place = of_clients_.upper_bound(last_);
    if (place == of_clients_.end()) place = of_clients_.begin();
    last_ = place->first;
    Request request = std::move(place->second.front());
    place->second.pop_front();
    if (place->second.empty()) of_clients_.erase(place);
    return request;
  }

  // Who has left asks for nothing any more.
  void Forget(std::uint64_t client) { of_clients_.erase(client); }

 private:
  std::map<std::uint64_t, std::deque<Request>> of_clients_;  // none is empty
  std::uint64_t last_ = 0;                                   // whose turn it was last
};

}  // namespace pillion
