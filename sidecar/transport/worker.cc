#include "sidecar/transport/worker.h"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace pillion {
namespace {

constexpr std::uint64_t kPollEveryNs = 50'000;      // sockets and kicks, while lanes are spun on
constexpr std::uint64_t kSweepEveryNs = 1'000'000;  // for lanes that went quiet
constexpr std::size_t kScannedFreely = 32;          // active lanes that cost next to nothing
constexpr int kDrainPollMs = 1;
constexpr std::size_t kAnswerHeadBytes = sizeof(FrameHeader) + sizeof(AnswerBody);

SpinBudget MakeSpinBudget(SpinMode mode) {
  const CpuAllowance allowance = ReadCpuAllowance();
  if (mode == SpinMode::kNever) return {0, 0};
  if (mode == SpinMode::kAlways && SpinBudget::MaySpinForever(allowance)) {
    return {SpinBudget::kForever, SpinBudget::kForever};
  }
  return SpinBudget::Adaptive(allowance);
}

}  // namespace

tl::expected<std::unique_ptr<Worker>, std::string> Worker::Create(std::uint32_t index,
                                                                  const TransportOptions& options,
                                                                  ControlDesk* desk) {
  std::unique_ptr<Worker> worker(new Worker(index, options, desk));
  worker->epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  worker->mailbox_event_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &worker->mailbox_watch_;
  if (!worker->epoll_ || !worker->mailbox_event_ ||
      epoll_ctl(worker->epoll_.get(), EPOLL_CTL_ADD, worker->mailbox_event_.get(), &event) != 0) {
    return tl::unexpected("epoll of a worker: " + std::generic_category().message(errno));
  }
  return worker;
}

Worker::Worker(std::uint32_t index, const TransportOptions& options, ControlDesk* desk)
    : index_(index), desk_(desk), spin_(MakeSpinBudget(options.spin)) {
  const std::size_t request_bytes = std::max<std::size_t>(options.message_bytes_max, kSlotBytesMax);
  const std::size_t response_bytes = request_bytes + kAnswerHeadBytes;
  // Left uninitialised: pages that no message needs are never touched.
  scratch_ = std::make_unique_for_overwrite<std::byte[]>(request_bytes + response_bytes + 8);
  context_.worker = index;
  context_.desk = desk;
  context_.stats = &stats_;
  context_.request = {scratch_.get(), request_bytes};
  context_.response = {scratch_.get() + (request_bytes + 7) / 8 * 8, response_bytes};
}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  Post(Stop{});
  thread_.join();
}

void Worker::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), ("pillion-w" + std::to_string(index_)).c_str());
}

void Worker::Post(WorkerCommand command) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.push_back(std::move(command));
  }
  eventfd_write(mailbox_event_.get(), 1);
}

void Worker::Run() {
  context_.now_ns = MonotonicNs();
  while (!stopped_) {
    if (ServeActiveLanes()) {
      context_.now_ns = MonotonicNs();
      if (idle_since_ns_ != 0) spin_.Waited(context_.now_ns - idle_since_ns_);
      idle_since_ns_ = 0;
    } else {
      Idle();
    }
    if (context_.now_ns - last_poll_ns_ >= kPollEveryNs) PollEvents(0);
    if (context_.now_ns - last_sweep_ns_ >= kSweepEveryNs) ParkIdleLanes();
  }
  clients_.clear();
  desk_->WorkerDone();
}

bool Worker::ServeActiveLanes() {
  bool served = false;
  for (ActiveLane& lane : active_) {
    if (!lane.peer->lane(lane.index).HasRequest()) continue;
    if (lane.peer->ServeLane(lane.index, &context_) != 0) {
      lane.last_request_ns = context_.now_ns;
      served = true;
    }
    if (!lane.peer->open()) closed_.push_back(lane.peer->id());
  }
  if (!closed_.empty()) RemoveClosedPeers();
  return served;
}

void Worker::Idle() {
  if (active_.empty()) {
    if (idle_since_ns_ == 0) idle_since_ns_ = context_.now_ns;
    return Sleep();
  }
  CpuRelax();
  if ((++idle_turns_ & 7) != 0) return;
  context_.now_ns = MonotonicNs();
  if (idle_since_ns_ == 0) idle_since_ns_ = context_.now_ns;
  if (context_.now_ns - idle_since_ns_ >= spin_.ns()) Sleep();
}

// Parks every lane and waits for a kick. A request that came between the last look and the flag
// is found by the second look; one that comes later finds the flag.
void Worker::Sleep() {
  for (const ActiveLane& lane : active_) lane.peer->lane(lane.index).SetParked(true);
  FullFence();  // SYNC: server-parked
  const auto idle = std::partition(active_.begin(), active_.end(), [](const ActiveLane& lane) {
    return lane.peer->lane(lane.index).HasRequest();
  });
  active_.erase(idle, active_.end());
  for (const ActiveLane& lane : active_) lane.peer->lane(lane.index).SetParked(false);
  if (!active_.empty()) return;
  stats_.sleeps.Add(1);
  PollEvents(draining_ ? kDrainPollMs : -1);
}

// After a kick. Lanes without a request stay parked: their next one kicks again.
void Worker::ActivateLanes(Peer* peer) {
  for (std::uint32_t i = 0; i < Peer::kLaneIndices; ++i) {
    if (!peer->HasLane(i)) continue;
    ServerLane& lane = peer->lane(i);
    if (!lane.HasRequest()) continue;
    const bool active = std::any_of(active_.begin(), active_.end(), [&](const ActiveLane& a) {
      return a.peer == peer && a.index == i;
    });
    if (active) continue;
    lane.SetParked(false);
    active_.push_back({peer, i, context_.now_ns});
  }
}

// With many lanes active, those that were quiet for a while leave the scan.
void Worker::ParkIdleLanes() {
  last_sweep_ns_ = context_.now_ns;
  if (active_.size() <= kScannedFreely) return;
  const auto quiet = [this](const ActiveLane& lane) {
    return context_.now_ns - lane.last_request_ns >= kSweepEveryNs;
  };
  for (const ActiveLane& lane : active_) {
    if (quiet(lane)) lane.peer->lane(lane.index).SetParked(true);
  }
  FullFence();  // SYNC: server-parked
  std::erase_if(active_, [&](const ActiveLane& lane) {
    if (!quiet(lane)) return false;
    ServerLane& end = lane.peer->lane(lane.index);
    if (!end.HasRequest()) return true;
    end.SetParked(false);
    return false;
  });
}

void Worker::DeactivateLostLanes(Peer* peer) {
  if (!peer->TakeDetached()) return;
  std::erase_if(active_, [peer](const ActiveLane& lane) {
    return lane.peer == peer && !peer->HasLane(lane.index);
  });
}

void Worker::Deactivate(const Peer* peer) {
  std::erase_if(active_, [peer](const ActiveLane& lane) { return lane.peer == peer; });
}

}  // namespace pillion
