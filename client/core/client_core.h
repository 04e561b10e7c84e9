// A client as a whole: the connection of the moment, the lanes, the bound models, and the keeper
// thread that sees the server go and connects again. Calls never wait for the keeper: without a
// connection they end at once with kServerGone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "client/connection/answer_buffer.h"
#include "client/core/bound_model.h"
#include "client/core/fork_guard.h"
#include "client/inproc/engine.h"
#include "client/ring/lane_pool.h"
#include "client/socket/socket_channel.h"

namespace pillion {

// Takes an ANSWER apart; kMalformed if it is none.
void AssignAnswer(const AwaitedFrame& frame, AnswerBuffer* answer);

class ClientCore {
 public:
  static tl::expected<std::unique_ptr<ClientCore>, Failure> Open(const Endpoint& endpoint,
                                                                 const ClientOptions& options);
  ~ClientCore();
  // In a child of fork(): gives back the descriptors. The rest, locks above all, is in a state
  // that only the parent's threads could end: it must be left alone, so do not destroy it.
  void CloseInChild();

  // In a child of fork(), which may not use what it shares with a server and its parent.
  bool forked() const { return guard_.forked() && engine_ == nullptr; }
  enum class Transport : std::uint8_t { kNone, kSharedMemory, kSocket, kInProcess };
  Transport transport() const noexcept { return transport_.load(std::memory_order_acquire); }
  std::uint32_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  tl::expected<std::shared_ptr<BoundModel>, Failure> Bind(BindRequest request,
                                                          std::uint64_t timeout_ns);
  // Gives back what the model and its successors have bound.
  void Unbind(const std::shared_ptr<BoundModel>& model);

  // Scores encoded bytes. The answer's code is returned too.
  ScoreCode Score(const BoundModel& model, RequestKind kind, std::span<const std::byte> request,
                  std::uint64_t timeout_ns, AnswerBuffer* answer);
  // Scores many rows, or batches, as many under way as a lane holds. [request] of both; returns how
  // many are kOk. What is not sent by the deadline ends with kDeadline.
  std::size_t ScoreEach(const BoundModel& model, RequestKind kind,
                        std::span<const std::span<const std::byte>> requests,
                        std::uint64_t deadline_ns, std::span<AnswerBuffer* const> answers);

  // A request of this model, which may be gone by now, was answered kSchemaChanged. The keeper
  // binds the model again, and where its columns are others, gives it a successor.
  void SchemaChanged(const BoundModel* model) noexcept;

  // The text of the server's answer, which is JSON.
  tl::expected<std::string, Failure> Ask(const AskRequest& ask, std::uint64_t timeout_ns);

  // The parts of a call, for queues, which hold a lane of their own.
  struct Prepared {
    RequestHead head;
    std::uint32_t generation = 0;  // of the connection that the layout is of
    std::uint64_t now_ns = 0;
    ScoreCode code = ScoreCode::kOk;  // why it may not
  };
  bool Prepare(const BoundModel& model, RequestKind kind, std::uint64_t now_ns,
               std::uint64_t deadline_ns, Prepared* call) noexcept;
  // A lane of the call's connection; null with a code, counted for so many rows. A call that had
  // to wait for it begins its wait for the answer anew.
  Lane* TakeLane(Prepared* call, std::size_t rows, ScoreCode* code);
  LanePool& lanes() { return lanes_; }
  std::shared_ptr<SocketChannel> channel() const;
  // Whether rows of this size and answers of this model can go over a lane at all.
  bool FitsLane(const BoundModel& model, std::size_t request_bytes) const noexcept;
  // What a request of the model and its answer may have to go over a lane; 0: none may.
  struct LaneRoom {
    std::size_t request_bytes = 0;
    std::size_t answer_bytes = 0;
  };
  LaneRoom lane_room(const BoundModel& model) const noexcept;
  // Each call is counted where it ended. A row that went over the socket although memory is shared
  // makes the slots grow.
  static void CountOverRing(Lane* lane, const AnswerBuffer& answer) noexcept;
  void CountOverSocket(const BoundModel& model, RequestKind kind, std::size_t request_bytes,
                       const AnswerBuffer& answer) noexcept;
  const SharedCounters& counters() const { return counters_; }
  // Scores in this process, and counts the call.
  // REQUIRES: model.in_process() is not null.
  ScoreCode ScoreInProcess(const BoundModel& model, const Prepared& call,
                           std::span<const std::byte> request, AnswerBuffer* answer);
  // Null: a server scores.
  const Engine* engine() const { return engine_.get(); }
  // Of the ring there is; no lanes where memory is not shared.
  Geometry geometry() const;
  // How the rows of this model travel, as far as is known: those that were scored last.
  Transport transport(const BoundModel& model) const noexcept;

 private:
  // What belongs to one connection.
  struct Session {
    std::shared_ptr<Connection> connection;
    std::shared_ptr<SocketChannel> channel;
    std::uint32_t generation = 0;
  };

  ClientCore(Endpoint endpoint, const ClientOptions& options);

  LayoutOnConnection CurrentLayout(const BoundModel& model) const noexcept;
  // Where no lane may take the row.
  ScoreCode ScoreWithoutLane(const BoundModel& model, const Prepared& call,
                             std::span<const std::byte> request, AnswerBuffer* answer);
  ScoreCode ScoreOverSocket(const BoundModel& model, const Prepared& call,
                            std::span<const std::byte> request, AnswerBuffer* answer);
  ScoreCode CallOverSocket(const Prepared& call, std::span<const std::byte> request,
                           AnswerBuffer* answer);

  tl::expected<Session, Failure> Connect();
  // Asks for a layout. Not yet on the list.
  static tl::expected<std::shared_ptr<BoundModel>, Failure> BindOn(const Session& session,
                                                                   const BindRequest& request,
                                                                   std::uint64_t deadline_ns);
  tl::expected<void, Failure> UseEngine();
  tl::expected<std::shared_ptr<BoundModel>, Failure> BindInProcess(BindRequest request);
  void Publish(Session session);
  void UseRing(const Session& session, std::shared_ptr<Ring> ring);
  // Asks for a ring that is at least so large in everything, if the one there is not.
  void Grow(const Geometry& more, std::uint64_t deadline_ns);
  void GrowFor(const BoundModel& model, std::uint64_t deadline_ns);
  void GrowAsNeeded();  // on the keeper's thread
  static void GiveUnusedRingsBack(const Session& session);
  // Has the keeper ask for slots that hold these.
  void WantSlots(std::size_t request_bytes, std::size_t answer_bytes) noexcept;
  void Disconnect();
  Session session() const;
  Failure WhyGone() const;

  void Keep();  // the keeper's thread
  void BindAllAndPublish(Session session);
  void BindChangedAgain(const Session& session);
  // Lets `successor` follow `model`, or `model` have the layout of `bound`; not where the program
  // has freed it meanwhile. Either returns the layout that nobody needs any more.
  LayoutOnConnection Succeed(const std::shared_ptr<BoundModel>& model,
                             std::shared_ptr<BoundModel> successor);
  LayoutOnConnection Move(const BoundModel& bound, BoundModel* model);
  static void Unbind(const Session& session, const LayoutOnConnection& layout);
  void WakeKeeper() noexcept;
  // False: the server has hung up, or the client ends.
  bool Watch(const Session& session);
  void Pause(std::uint32_t attempt);

  const Endpoint endpoint_;
  const ClientOptions options_;
  ForkGuard guard_;
  std::unique_ptr<Engine> engine_;   // null: a server scores
  std::atomic<SpinRule> spin_rule_;  // written by the keeper
  LanePool lanes_;
  SharedCounters counters_;
  std::atomic<Transport> transport_{Transport::kNone};
  std::atomic<std::uint32_t> generation_{0};
  // Of the current connection; read without lock on the way of a call.
  std::atomic<std::uint32_t> request_bytes_max_{0};
  std::atomic<std::uint32_t> answer_bytes_max_{0};
  // Slots that rows and answers were too long for, beyond what binds say.
  std::atomic<std::uint32_t> longest_request_slot_{0};
  std::atomic<std::uint32_t> longest_answer_slot_{0};
  std::atomic<bool> crowded_{false};  // threads wait for lanes

  std::mutex grow_mutex_;              // guards what follows; taken before mutex_
  Geometry most_;                      // that the server gives
  std::uint32_t most_generation_ = 0;  // the connection that this is known of

  mutable std::mutex mutex_;  // guards what follows
  Session session_;
  Failure why_gone_;                        // while there is no session
  std::vector<const BoundModel*> changed_;  // to be bound again; may be gone by now
  std::vector<std::weak_ptr<BoundModel>> models_;
  std::uint32_t last_generation_ = 0;
  Geometry wanted_;  // of the next connection's ring

  UniqueFd keeper_event_;
  std::atomic<bool> stopping_{false};
  std::thread keeper_;
};

}  // namespace pillion
