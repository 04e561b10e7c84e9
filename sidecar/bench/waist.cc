#include "sidecar/bench/waist.h"

#include <algorithm>
#include <utility>

#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/wire/encode_row.h"

namespace pillion::bench {
namespace {

constexpr std::size_t kRequestBytesMax = std::size_t{64} << 20;  // of all
constexpr std::size_t kResponseBytesMax = std::size_t{64} << 20;

class PlanTarget final : public Target {
 public:
  PlanTarget(std::shared_ptr<const Plan> plan, const BenchRows& rows, std::uint32_t batch)
      : workspace_(std::move(plan)), rows_(rows), batch_(batch) {}

  bool Request(std::uint64_t i) override {
    for (std::uint32_t k = 0; k < batch_; ++k) {
      if (!Score(rows_.Row(i * batch_ + k))) return false;
    }
    return true;
  }

 private:
  bool Score(std::span<const Value> row) {
    const std::size_t width = workspace_.plan().inputs().size();
    for (std::size_t k = 0; k < width; ++k) workspace_.Input(k) = row[k];
    if (workspace_.Score() != ScoreCode::kOk) return false;
    for (std::size_t k = 0; k < workspace_.plan().outputs().size(); ++k) {
      bits_ = workspace_.Output(k).bits;
    }
    return true;
  }

  Workspace workspace_;
  const BenchRows& rows_;
  std::uint32_t batch_;
  volatile std::uint64_t bits_ = 0;  // keeps the outputs alive
};

class WaistTarget final : public Target {
 public:
  WaistTarget(const ModelBinding& binding, const EncodedRequests& requests)
      : workspace_(binding), requests_(requests), response_(1024) {}

  bool Request(std::uint64_t i) override {
    for (;;) {
      const auto room = std::as_writable_bytes(std::span(response_));
      std::size_t bytes = 0;
      const ScoreCode code = ScoreRequest(requests_.kind(), requests_[i], workspace_, room, &bytes);
      if (bytes <= room.size() || room.size() >= kResponseBytesMax) return code == ScoreCode::kOk;
      response_.resize(2 * response_.size());
    }
  }

 private:
  ScoreWorkspace workspace_;
  const EncodedRequests& requests_;
  std::vector<std::uint64_t> response_;
};

}  // namespace

EncodedRequests::EncodedRequests(std::shared_ptr<const RowLayout> layout, const BenchRows& rows,
                                 std::uint32_t batch)
    : kind_(batch > 1 ? RequestKind::kBatch : RequestKind::kRow) {
  RowEncoder row(std::move(layout));
  BatchEncoder rows_of_batch;
  const std::uint64_t count = std::max<std::uint64_t>(rows.size() / batch, 1);
  for (std::uint64_t i = 0; i < count && 8 * words_.size() < kRequestBytesMax; ++i) {
    rows_of_batch.Clear();
    for (std::uint32_t k = 0; k < batch; ++k) {
      EncodeRow(rows.Row(i * batch + k), row);
      if (batch > 1) rows_of_batch.Add(row);
    }
    const auto bytes = batch > 1 ? rows_of_batch.Finish() : row.bytes();
    places_.push_back({8 * words_.size(), bytes.size()});
    words_.resize(words_.size() + (bytes.size() + 7) / 8);
    std::copy(bytes.begin(), bytes.end(),
              std::as_writable_bytes(std::span(words_)).begin() +
                  static_cast<std::ptrdiff_t>(places_.back().first));
  }
}

std::unique_ptr<Target> MakePlanTarget(std::shared_ptr<const Plan> plan, const BenchRows& rows,
                                       std::uint32_t batch) {
  return std::make_unique<PlanTarget>(std::move(plan), rows, batch);
}

std::unique_ptr<Target> MakeWaistTarget(const ModelBinding& binding,
                                        const EncodedRequests& requests) {
  return std::make_unique<WaistTarget>(binding, requests);
}

}  // namespace pillion::bench
