// A model and outputs as a client bound them. Outlives connections: each new one gives it another
// layout id. Immutable but for that: where the server goes over to other columns, a successor has
// them.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "client/inproc/engine.h"
#include "schemas/rows/layout_description.h"
#include "schemas/rows/row_layout.h"
#include "schemas/socket/message.h"
#include "schemas/types/score_code.h"

namespace pillion {

// The layout on one connection.
struct LayoutOnConnection {
  std::uint32_t generation = 0;  // of the connection
  std::uint16_t layout = 0;      // 0: the server refused, with `code`
  ScoreCode code = ScoreCode::kServerGone;
};

class BoundModel : public std::enable_shared_from_this<BoundModel> {
 public:
  BoundModel(BindRequest request, LayoutDescription description, std::uint32_t answer_bytes_max)
      : request_(std::move(request)),
        description_(EncodeLayoutDescription(description)),
        schema_hash_(description.schema_hash),
        answer_bytes_max_(answer_bytes_max) {
    if (auto rows = RowLayout::Make(std::move(description.inputs))) {
      rows_ = std::make_shared<const RowLayout>(std::move(*rows));
      row_types_ = TypesOf(*rows_);
    }
    if (auto answers = RowLayout::Make(std::move(description.outputs))) {
      answers_ = std::make_shared<const RowLayout>(std::move(*answers));
      answer_types_ = TypesOf(*answers_);
    }
  }

  // Of each column, as pillion_input_type() tells it.
  const std::vector<std::string>& row_types() const { return row_types_; }
  const std::vector<std::string>& answer_types() const { return answer_types_; }

  bool valid() const { return rows_ != nullptr && answers_ != nullptr; }
  const BindRequest& request() const { return request_; }
  // As schemas/rows/layout_description.h lays it out.
  std::span<const std::byte> description() const { return description_; }
  std::uint64_t schema_hash() const { return schema_hash_; }
  // kAnswerBytesUnbounded: depends on the row.
  std::uint32_t answer_bytes_max() const { return answer_bytes_max_; }
  const std::shared_ptr<const RowLayout>& rows() const { return rows_; }
  const std::shared_ptr<const RowLayout>& answers() const { return answers_; }

  // Whether rows, and answers, of the other binding have the same columns, and so the same bytes.
  bool TakesRowsOf(const BoundModel& other) const noexcept {
    return this == &other || rows_->hash() == other.rows_->hash();
  }
  bool AnswersLike(const BoundModel& other) const noexcept {
    return this == &other || answers_->hash() == other.answers_->hash();
  }

  // The model as it was bound again after its schema changed; null: it has not. Stays.
  BoundModel* successor() const noexcept { return next_.load(std::memory_order_acquire); }
  void SetSuccessor(std::shared_ptr<BoundModel> successor) {
    successor_ = std::move(successor);
    next_.store(successor_.get(), std::memory_order_release);
  }
  bool WasFollowedBy(const BoundModel& other) const noexcept {
    const BoundModel* model = this;
    while (model != nullptr && model != &other) model = model->successor();
    return model != nullptr;
  }

  // These four under the client's lock.
  // The layout that the model had before it was followed by this one. Requests may still be under
  // way on it, so it is given back late.
  const LayoutOnConnection& before() const noexcept { return before_; }
  void SetBefore(const LayoutOnConnection& before) noexcept { before_ = before; }
  // The program has freed it: what is bound for it later, nobody would give back.
  bool freed() const noexcept { return freed_; }
  void SetFreed() noexcept { freed_ = true; }

  LayoutOnConnection layout() const noexcept {
    const std::uint64_t word = layout_.load(std::memory_order_acquire);
    return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint16_t>(word >> 8),
            static_cast<ScoreCode>(word & 0xFF)};
  }
  void SetLayout(const LayoutOnConnection& layout) noexcept {
    layout_.store(std::uint64_t{layout.generation} << 32 | std::uint64_t{layout.layout} << 8 |
                      static_cast<std::uint8_t>(layout.code),
                  std::memory_order_release);
  }

  // What scores its rows in this process; null: a server does.
  const EngineLayout* in_process() const noexcept { return in_process_.get(); }
  void SetInProcess(std::unique_ptr<EngineLayout> layout) { in_process_ = std::move(layout); }

  // How the last row travelled, where memory is shared. Written only where it changes: all threads
  // that score share it.
  bool over_socket() const noexcept { return over_socket_.load(std::memory_order_relaxed); }
  void SetOverSocket(bool over) const noexcept {
    if (over_socket() != over) over_socket_.store(over, std::memory_order_relaxed);
  }

 private:
  static std::vector<std::string> TypesOf(const RowLayout& layout) {
    std::vector<std::string> types;
    for (const Field& field : layout.columns()) types.push_back(Describe(field.type));
    return types;
  }

  BindRequest request_;
  std::vector<std::byte> description_;
  std::uint64_t schema_hash_;
  std::uint32_t answer_bytes_max_;
  std::shared_ptr<const RowLayout> rows_;
  std::shared_ptr<const RowLayout> answers_;
  std::vector<std::string> row_types_;
  std::vector<std::string> answer_types_;
  std::atomic<std::uint64_t> layout_{0};
  mutable std::atomic<bool> over_socket_{false};
  std::unique_ptr<EngineLayout> in_process_;
  LayoutOnConnection before_;
  bool freed_ = false;
  std::shared_ptr<BoundModel> successor_;
  std::atomic<BoundModel*> next_{nullptr};
};

}  // namespace pillion
