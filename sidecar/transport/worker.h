// A thread that owns whole clients: it looks at those that are active, answers what it finds in
// turns, and sleeps in epoll on their sockets and kick events when nothing comes. Other threads
// talk to it by commands alone, so nothing that it owns is locked.
//
// A client whose requests fit into a turn is served as soon as they come. One that uses its turn up
// stands back: of those that do, the one that has had least gets the next turn, and not before the
// prompt ones have had as much time as the last such turn took, for as long as they use it. So
// nobody waits longer than the other prompt clients' turns and one turn and one row of the rest.
#pragma once

#include <sys/epoll.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/cpu_allowance.h"
#include "schemas/ring/spin_budget.h"
#include "sidecar/transport/peer.h"

namespace pillion {

// Commands to a worker.
struct AddPeer {
  std::unique_ptr<Peer> peer;
};
struct SendReply {  // to a ControlRequest
  std::uint64_t peer = 0;
  std::vector<std::byte> frame;
};
struct InstallLayout {  // to a ControlRequest that was a BIND
  std::uint64_t peer = 0;
  BoundReply reply;
  HeldLayout held;
};
// Of all clients of a worker at once: what they ask for from here on is answered by the new ones.
struct ReplaceLayouts {
  std::map<std::uint64_t, std::vector<Replacement>> of_peers;  // in the order of their tickets
};
struct InstallRing {  // to a ControlRequest that was an ATTACH
  std::uint64_t peer = 0;
  std::uint64_t tag = 0;
  tl::expected<ClientMemory, Refusal> memory;
};
struct CutOff {  // a ControlRequest that there is no memory to answer
  std::uint64_t peer = 0;
};
struct Drain {
  std::uint64_t refuse_ns = 0;    // from here on, requests are answered kDraining
  std::uint64_t deadline_ns = 0;  // from here on, clients are cut off
};
struct Stop {};
using WorkerCommand = std::variant<AddPeer, SendReply, InstallLayout, ReplaceLayouts, InstallRing,
                                   CutOff, Drain, Stop>;

class Worker {
 public:
  static tl::expected<std::unique_ptr<Worker>, std::string> Create(
      std::uint32_t index, const TransportOptions& options, const std::atomic<SpinRule>& rule,
      ControlDesk* desk);
  ~Worker();  // stops the thread at once, if it runs

  void Start();
  void Post(WorkerCommand command);  // any thread
  const WorkerStats& stats() const { return stats_; }

 private:
  // What an epoll event belongs to.
  struct Client;
  struct Watch {
    enum class Kind : std::uint8_t { kSocket, kKick, kMailbox };
    Kind kind;
    Client* client;
  };
  struct Client {
    std::unique_ptr<Peer> peer;
    Watch socket;
    Watch kick;
    bool watches_output = false;
    bool active = false;               // it is in active_
    bool closed = false;               // it is in closed_
    bool stands_back = false;          // its last turn was used up
    std::uint64_t prompt_from_ns = 0;  // it stands back until then in any case
    std::uint64_t used_ns = 0;         // by turns that it used up
  };

  Worker(std::uint32_t index, const TransportOptions& options, const std::atomic<SpinRule>& rule,
         ControlDesk* desk);

  void Run();
  bool ServeClients();
  bool ServeOne(Client* client);
  void UsedUp(Client* client, std::uint64_t turn_ns);
  bool MustStandBack();
  std::uint64_t SpinNs() noexcept;
  void IdleEnded(std::uint64_t now_ns);
  void Idle();
  void Sleep();
  void ParkIdleLanes();
  void ParkLanes(std::uint64_t since_ns);
  void Activate(Client* client);

  void PollEvents(int timeout_ms);
  void HandleEvent(const epoll_event& event);
  void NoMemory(Client* client);
  void CannotWatch(Client* client);
  void UpdateWatch(Client* client);
  void RemoveClosedPeers();

  void HandleMailbox();
  void Handle(AddPeer command);
  void Handle(SendReply command);
  void Handle(InstallLayout command);
  void Handle(ReplaceLayouts command);
  void Handle(InstallRing command);
  void Handle(const CutOff& command);
  void Handle(const Drain& command);
  void Handle(const Stop&) { stopped_ = true; }
  void ContinueDraining();
  Client* Find(std::uint64_t id);

  const std::uint32_t index_;
  ControlDesk* const desk_;
  WorkerStats stats_;
  const std::atomic<SpinRule>& spin_rule_;
  const bool spins_always_;  // where the rule leaves it free
  SpinBudget spin_;
  UniqueFd epoll_;
  UniqueFd mailbox_event_;
  Watch mailbox_watch_{Watch::Kind::kMailbox, nullptr};
  ScratchPool scratch_;
  ServeContext context_;

  std::unordered_map<std::uint64_t, Client> clients_;
  std::vector<Client*> active_;
  std::vector<std::uint64_t> closed_;  // ids, to be removed once no event can name them
  std::uint64_t last_prompt_ns_ = 0;   // a client was served that does not stand back
  std::uint64_t back_from_ns_ = 0;     // until then the prompt ones come before those that do
  std::uint64_t least_used_ns_ = 0;    // Client::used_ns of the one that was last chosen
  std::uint64_t idle_since_ns_ = 0;    // 0: not idle
  std::uint64_t kicked_ns_ = 0;        // when a client ended the last sleep; 0: none did
  bool woke_client_ = false;           // with the last answers before it was idle
  std::uint64_t last_poll_ns_ = 0;
  std::uint64_t last_sweep_ns_ = 0;
  std::uint32_t idle_turns_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
  Drain drain_;

  std::mutex mailbox_mutex_;
  std::vector<WorkerCommand> mailbox_;   // guarded by mailbox_mutex_
  std::vector<WorkerCommand> commands_;  // that were taken out of it

  std::thread thread_;
};

}  // namespace pillion
