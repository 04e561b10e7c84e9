#include "sidecar/models/shadow.h"

#include <algorithm>
#include <boost/lockfree/queue.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <new>
#include <random>
#include <thread>
#include <utility>

#include "sidecar/certificate/difference.h"
#include "sidecar/models/served_version.h"

namespace pillion {
namespace {

// How long the thread sleeps when nothing waits: it is not woken, so that who offers makes no
// system call.
constexpr std::chrono::milliseconds kPause{2};

// Of what is to be compared, the columns that both plans could make of those inputs.
std::shared_ptr<const Plan> BindTo(const Model& model, const Schema& inputs,
                                   const std::vector<std::string>& outputs) {
  Model::BindOptions options;
  options.inputs = inputs;
  options.outputs = outputs;
  auto plan = model.Bind(options);
  return plan ? *std::move(plan) : nullptr;
}

std::size_t BucketOf(double difference) {
  return static_cast<std::size_t>(std::ranges::lower_bound(ShadowCounts::kBounds, difference) -
                                  ShadowCounts::kBounds.begin());
}

bool IsNumeric(const DataType& type) {
  return type.shape != Shape::kMap && !IsText(type.base) && type.base != BasicType::kBoolean;
}

}  // namespace

std::vector<std::string> ComparedColumns(const ShadowConfig& config, const Schema& published,
                                         const Schema& shadow) {
  const auto makes = [](const Schema& schema, const std::string& name) {
    return std::ranges::find(schema, name, &Field::name) != schema.end();
  };
  std::vector<std::string> wanted = config.columns;
  if (wanted.empty()) {
    for (const char* const name : kShadowColumns) {
      if (makes(published, name)) wanted.emplace_back(name);
    }
  }
  if (wanted.empty() && !published.empty()) wanted.push_back(published.back().name);
  std::erase_if(wanted, [&](const std::string& name) {
    return !makes(published, name) || !makes(shadow, name);
  });
  return wanted;
}

ShadowPlan::Side::Side(std::shared_ptr<const Plan> plan) : workspace(std::move(plan)) {}

std::shared_ptr<ShadowPlan> ShadowPlan::Make(const Shadow& shadow, const Schema& inputs) {
  if (shadow.loaded == nullptr) return nullptr;
  auto rows = RowLayout::Make(inputs);
  if (!rows) return nullptr;
  const Model& published = shadow.published->model();
  const Model& other = shadow.loaded->model();
  std::vector<std::string> names;
  for (const auto& column : shadow.counts->columns) {
    if (BindTo(published, inputs, {column->name}) && BindTo(other, inputs, {column->name})) {
      names.push_back(column->name);
    }
  }
  if (names.empty()) return nullptr;
  auto of_published = BindTo(published, inputs, names);
  auto of_other = BindTo(other, inputs, names);
  if (of_published == nullptr || of_other == nullptr) return nullptr;
  std::shared_ptr<ShadowPlan> plan(new ShadowPlan(*std::move(rows), std::move(of_published),
                                                  std::move(of_other), shadow.counts));
  return plan->outputs_.empty() ? nullptr : plan;
}

ShadowPlan::ShadowPlan(RowLayout rows, std::shared_ptr<const Plan> published,
                       std::shared_ptr<const Plan> shadow, std::shared_ptr<ShadowCounts> counts)
    : rows_(std::move(rows)),
      decoder_(rows_),
      arena_(Limits().row_bytes_max),
      values_(rows_.size()),
      published_(std::move(published)),
      shadow_(std::move(shadow)),
      counts_(std::move(counts)) {
  for (Side* const side : {&published_, &shadow_}) {
    for (const Field& input : side->workspace.plan().inputs()) {
      side->inputs.push_back(*rows_.Find(input.name));
    }
  }
  const Schema& theirs = shadow_.workspace.plan().outputs();
  const Schema& ours = published_.workspace.plan().outputs();
  for (std::uint32_t i = 0; i < ours.size(); ++i) {
    const DataType& type = ours[i].type;
    if (type.shape != theirs[i].type.shape || type.base != theirs[i].type.base) continue;
    const auto column = std::ranges::find_if(
        counts_->columns, [&](const auto& one) { return one->name == ours[i].name; });
    outputs_.push_back({i, type, column->get()});
  }
}

void ShadowPlan::Compare(RequestKind kind, std::span<const std::byte> request) {
  if (decoder_.Open(kind, request) != ScoreCode::kOk) return;
  for (std::uint32_t row = 0; row < decoder_.row_count(); ++row) {
    arena_.Reset();
    if (decoder_.Decode(row, values_.data(), arena_) == ScoreCode::kOk) CompareRow();
  }
}

ScoreCode ShadowPlan::Score(Side& side) const noexcept {
  for (std::uint32_t i = 0; i < side.inputs.size(); ++i) {
    side.workspace.Input(i) = values_[side.inputs[i]];
  }
  return side.workspace.Score();
}

void ShadowPlan::CompareRow() {
  if (Score(published_) != ScoreCode::kOk) return;
  if (Score(shadow_) != ScoreCode::kOk) return counts_->failed.Add();
  counts_->rows.Add();
  for (const Output& output : outputs_) {
    const Difference difference = DifferenceOf(published_.workspace.Output(output.index),
                                               shadow_.workspace.Output(output.index), output.type);
    output.counts->rows.Add();
    if (difference.ulps != 0) output.counts->changed.Add();
    if (!IsNumeric(output.type)) continue;
    const double apart = difference.absolute;
    output.counts->differences[BucketOf(apart)].Add();
    output.counts->sum.store(output.counts->sum.load(std::memory_order_relaxed) + apart,
                             std::memory_order_relaxed);
  }
}

Sampler::Sampler(double sample)
    : threshold_(sample >= 1 ? ~std::uint64_t{0}
                             : static_cast<std::uint64_t>(std::ldexp(std::max(sample, 0.0), 64))),
      state_(std::random_device()() | std::uint64_t{1} << 32) {}

bool Sampler::Next() noexcept {
  // xorshift64*
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return threshold_ == ~std::uint64_t{0} || state_ * 0x2545f4914f6cdd1dULL < threshold_;
}

struct ShadowThread::Queues {
  struct Waiting {
    std::shared_ptr<ShadowPlan> plan;
    RequestKind kind = RequestKind::kRow;
    std::size_t bytes = 0;
  };
  using Places = boost::lockfree::queue<std::uint32_t, boost::lockfree::capacity<kWaitingMax>>;

  std::byte* Room(std::uint32_t place) const { return room.get() + place * kRequestBytesMax; }

  // Memory that nobody has written yet takes none.
  const std::unique_ptr<std::byte[]> room =
      std::make_unique_for_overwrite<std::byte[]>(kWaitingMax * kRequestBytesMax);
  std::array<Waiting, kWaitingMax> waiting;
  Places empty;
  Places full;
  std::atomic<bool> stopped{false};
  std::thread thread;
};

ShadowThread::ShadowThread() : queues_(std::make_unique<Queues>()) {
  for (std::uint32_t place = 0; place < kWaitingMax; ++place) queues_->empty.push(place);
  queues_->thread = std::thread([this] { Run(queues_->stopped); });
}

ShadowThread::~ShadowThread() {
  queues_->stopped = true;
  queues_->thread.join();
}

void ShadowThread::Offer(const std::shared_ptr<ShadowPlan>& plan, RequestKind kind,
                         std::span<const std::byte> request) noexcept {
  std::uint32_t place = 0;
  if (request.size() > kRequestBytesMax || !queues_->empty.pop(place)) return plan->Lose();
  std::memcpy(queues_->Room(place), request.data(), request.size());
  queues_->waiting[place] = {plan, kind, request.size()};
  queues_->full.push(place);
}

void ShadowThread::Run(const std::atomic<bool>& stopped) {
  while (!stopped) {
    std::uint32_t place = 0;
    if (!queues_->full.pop(place)) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    Queues::Waiting& waiting = queues_->waiting[place];
    try {
      waiting.plan->Compare(waiting.kind, {queues_->Room(place), waiting.bytes});
    } catch (const std::bad_alloc&) {
      waiting.plan->Lose();
    }
    waiting.plan.reset();
    queues_->empty.push(place);
  }
}

}  // namespace pillion
