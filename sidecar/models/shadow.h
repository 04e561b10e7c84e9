// Rows of a model scored a second time with another version, at a sample rate and by a thread of
// its own, to see how its answers would differ. Nobody is told them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/counter.h"
#include "engine/model.h"
#include "schemas/ring/shm_layout.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {

class ServedVersion;
class ShadowThread;

// As model.yaml has it.
struct ShadowConfig {
  std::string version;               // or label
  double sample = 0.01;              // of the requests, from 0 to 1
  std::vector<std::string> columns;  // compared; empty: kShadowColumns

  bool operator==(const ShadowConfig&) const = default;
};

// What is compared where nobody says; of a model that makes neither, its last column.
inline constexpr const char* kShadowColumns[] = {"prediction", "probability"};

// How answers differ. Written by the shadow's thread but for `dropped`, read by any.
struct ShadowCounts {
  // Upper ends of the buckets of |difference|; one more bucket has what is larger.
  static constexpr std::array<double, 13> kBounds = {0,   1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1,
                                                     1.0, 10.0, 1e2,  1e3,  1e4,  1e6};
  struct Column {
    explicit Column(std::string column) : name(std::move(column)) {}

    const std::string name;
    Counter rows;
    Counter changed;  // the value is another, of whatever type
    // Of numbers; of several numbers of a row the largest counts.
    std::array<Counter, kBounds.size() + 1> differences;
    std::atomic<double> sum{0};
  };

  explicit ShadowCounts(const std::vector<std::string>& names) {
    for (const std::string& name : names) columns.push_back(std::make_unique<Column>(name));
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column->name);
    return names;
  }

  Counter rows;                           // that both versions have answered
  Counter failed;                         // that only the published version could answer
  std::atomic<std::uint64_t> dropped{0};  // requests that the thread had no room for
  std::vector<std::unique_ptr<Column>> columns;
};

// Of what is to be compared, the columns that both make.
std::vector<std::string> ComparedColumns(const ShadowConfig& config, const Schema& published,
                                         const Schema& shadow);

// A version that shadows another one.
struct Shadow {
  std::string version;  // empty: there is none
  double sample = 0;
  std::shared_ptr<const ServedVersion> published;
  std::shared_ptr<const ServedVersion> loaded;  // null: nothing is compared
  std::string failure;                          // why; empty: it is
  std::shared_ptr<ShadowCounts> counts;
  std::shared_ptr<ShadowThread> thread;
};

// Both versions bound to the same columns. Used by the shadow's thread.
class ShadowPlan {
 public:
  // `inputs`: columns of the rows to come. Null where nothing can be compared with them.
  static std::shared_ptr<ShadowPlan> Make(const Shadow& shadow, const Schema& inputs);

  // Scores the row, or the rows of the batch, and counts. Throws std::bad_alloc.
  void Compare(RequestKind kind, std::span<const std::byte> request);
  // A request that there was no room or memory for.
  void Lose() noexcept { counts_->dropped.fetch_add(1, std::memory_order_relaxed); }

 private:
  struct Side {
    explicit Side(std::shared_ptr<const Plan> plan);
    Workspace workspace;
    std::vector<std::uint32_t> inputs;  // [input of the plan]: column of the rows
  };
  struct Output {
    std::uint32_t index = 0;  // of both plans
    DataType type;
    ShadowCounts::Column* counts = nullptr;
  };

  ShadowPlan(RowLayout rows, std::shared_ptr<const Plan> published,
             std::shared_ptr<const Plan> shadow, std::shared_ptr<ShadowCounts> counts);
  ScoreCode Score(Side& side) const noexcept;
  void CompareRow();

  const RowLayout rows_;
  RowDecoder decoder_;
  Arena arena_;
  std::vector<Value> values_;  // [column of the rows]
  Side published_;
  Side shadow_;
  std::vector<Output> outputs_;
  const std::shared_ptr<ShadowCounts> counts_;
};

// Whether the next request is one of those that are scored twice. One thread's.
class Sampler {
 public:
  explicit Sampler(double sample);
  bool Next() noexcept;

 private:
  std::uint64_t threshold_;
  std::uint64_t state_;
};

// The thread, and the requests that wait for it. Offered by any thread.
class ShadowThread {
 public:
  ShadowThread();
  ~ShadowThread();
  ShadowThread(const ShadowThread&) = delete;
  ShadowThread& operator=(const ShadowThread&) = delete;

  static constexpr std::size_t kWaitingMax = 256;
  static constexpr std::size_t kRequestBytesMax = 32 * 1024;

  // Copies the request, or counts it as dropped: it is too long, or too many wait. No allocation,
  // lock or system call.
  void Offer(const std::shared_ptr<ShadowPlan>& plan, RequestKind kind,
             std::span<const std::byte> request) noexcept;

 private:
  struct Queues;
  void Run(const std::atomic<bool>& stopped);

  std::unique_ptr<Queues> queues_;
};

}  // namespace pillion
