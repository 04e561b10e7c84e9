// The transports of a sidecar as a whole: accepts clients, hands them to workers, and answers on
// the control thread what is not a request to score. Run() is that thread; it also writes the log.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "schemas/ring/waiting.h"
#include "sidecar/transport/control_door.h"
#include "sidecar/transport/door.h"
#include "sidecar/transport/event_log.h"
#include "sidecar/transport/fair_queue.h"
#include "sidecar/transport/handshake.h"
#include "sidecar/transport/metrics_text.h"
#include "sidecar/transport/model_counts.h"
#include "sidecar/transport/path_lock.h"
#include "sidecar/transport/peer_credentials.h"
#include "sidecar/transport/places.h"
#include "sidecar/transport/worker.h"

namespace pillion {

class Server final : private ControlDesk {
 public:
  // Listens from here on, alone under its path, with its threads made and its signals taken.
  // `scorer` and `log` outlive the server. An error is one sentence.
  static tl::expected<std::unique_ptr<Server>, std::string> Create(
      TransportOptions options, Scorer* scorer, EventLog& log = EventLog::Silent());
  ~Server() override;

  // Serves until a drain has ended. The first SIGTERM or SIGINT drains, the second stops at once;
  // SIGHUP goes to OnHangUp. Drains also where its socket's file is lost and cannot
  // be made again; the error is one sentence on that.
  tl::expected<void, std::string> Run();
  // Stops accepting, answers what is under way, then ends Run(). Any thread.
  void StartDraining();

  // Who answers the owner's questions, on the control thread. Before Run(); without one they are
  // unsupported.
  using OwnerAnswer = std::function<void(Question question, std::vector<std::string> arguments,
                                         ControlDoor::Reply reply)>;
  void AnswerOwnerBy(OwnerAnswer answer) { owner_answer_ = std::move(answer); }

  // Called on the control thread when a drain begins, with how long it may take at most, and again,
  // with 0, where it is cut short. Before Run().
  using Draining = std::function<void(std::chrono::milliseconds time_max)>;
  void OnDrain(Draining call) { on_drain_ = std::move(call); }

  // Called on the control thread at SIGHUP. Before Run().
  void OnHangUp(std::function<void()> call) { on_hang_up_ = std::move(call); }

  // Takes over who may connect, how many of them and how long a drain may take; whoever is
  // connected stays. The rest of `options` is not looked at. An error is one sentence, and nothing
  // has changed. Control thread only.
  tl::expected<void, std::string> Change(const TransportOptions& options);

  // For work beside the transports on the control thread, such as watching bundles.
  boost::asio::io_context& io() { return io_; }
  // The scorer binds the models that `changed` picks, by the names in BINDs, to something else from
  // now on: layouts of them are replaced by what it gives now, those of a worker in one step. Where
  // it refuses, or the columns are others than the client was told, the layout answers the reason
  // until it is replaced again. Control thread only.
  void Rebind(const std::function<bool(std::string_view model)>& changed);
  std::string StatusJson() const;
  void WriteMetrics(MetricsText& metrics) const;
  std::uint32_t client_count() const { return clients_.load(std::memory_order_relaxed); }

 private:
  struct Totals;
  struct Caller {
    std::shared_ptr<Handshake> handshake;
    PeerCredentials peer;
  };
  using Callers = std::list<Caller>;  // oldest first

  Server(TransportOptions options, Scorer* scorer, EventLog& log, AccessList access);

  tl::expected<void, std::string> Listen();
  void Patrol();
  void KeepReserve();
  void Greet(Door::Protocol::socket socket);
  bool MakeRoom(uid_t uid);
  bool EvictOldest(std::optional<uid_t> uid);
  void Refused(const PeerCredentials& peer, std::string_view why);
  void Admit(Welcomed welcomed, PeerCredentials peer);
  void Farewell(const PeerEnd& end);
  void WaitForSignal();
  void Drain(std::string_view why);
  void StopNow();

  void Submit(ControlRequest request) override;
  void PeerGone(PeerEnd end, std::unique_ptr<Peer> peer) override;
  void Discard(std::shared_ptr<void> rest) override;
  void WorkerDone() override;
  void AnswerSoon();
  void Answer(const ControlRequest& request);
  void Refuse(const ControlRequest& request, ScoreCode code, std::string_view why);
  void AnswerBind(const ControlRequest& request);
  std::unique_ptr<BoundLayout> BindAgain(const LayoutLedger::Holding& holding);
  void AnswerAttach(const ControlRequest& request);
  Told AnswerQuestion(std::span<const std::byte> ask) const;
  void AnswerOwner(std::span<const std::byte> ask, ControlDoor::Reply reply) const;
  void Reply(const ControlRequest& request, MessageType type, ScoreCode code,
             std::string_view text);
  Totals Sum() const;
  void LogBind(const ControlRequest& request, std::string_view model, std::string_view refusal);
  void LogStart() const;
  void LogStop() const;

  TransportOptions options_;  // workers read what Change() leaves alone
  Scorer* const scorer_;
  EventLog& log_;
  AccessList access_;
  LayoutLedger ledger_;
  MemoryBudget memory_;  // that is shared with clients
  OwnerAnswer owner_answer_;
  Draining on_drain_ = [](std::chrono::milliseconds) {};
  std::function<void()> on_hang_up_ = [] {};
  std::optional<PathLock> lock_;
  boost::asio::io_context io_{1};
  Door door_;
  ControlDoor control_;
  boost::asio::signal_set signals_{io_};
  Callers callers_;
  Places places_;                                             // of callers and clients
  std::unordered_map<std::uint64_t, PeerCredentials> peers_;  // clients, by id
  std::atomic<SpinRule> spin_rule_;                           // written by the control thread
  FairQueue<ControlRequest> asked_;
  bool answers_soon_ = false;
  const std::uint32_t worker_count_;
  ModelCounts model_counts_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::uint32_t> clients_{0};
  std::uint64_t next_peer_ = 1;
  std::uint64_t refused_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint64_t lost_ = 0;     // hung up with requests under way
  std::uint64_t cut_off_ = 0;  // by the end of a drain
  const std::uint64_t started_ns_ = MonotonicNs();
  std::uint64_t drain_started_ns_ = 0;
  std::uint64_t shortages_ = 0;  // of memory
  std::size_t workers_done_ = 0;
  bool awaits_signal_ = false;
  bool gives_back_ = false;  // clients have left since memory was last given back to the system
  bool draining_ = false;
  tl::expected<void, std::string> outcome_;
};

}  // namespace pillion
