#include "sidecar/models/split_layout.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/cast.h"
#include "engine/model.h"
#include "schemas/rows/row_layout.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {
namespace {

const DataType& KeyType() {
  static const DataType type = DataType::Scalar(BasicType::kString);
  return type;
}

class SplitLayout final : public BoundLayout {
 public:
  SplitLayout(std::shared_ptr<const Split> split, RowLayout rows, std::uint32_t key,
              std::unique_ptr<const Kernel> cast, std::unique_ptr<BoundLayout> rest,
              std::vector<std::unique_ptr<BoundLayout>> arms)
      : split_(std::move(split)),
        rows_(std::move(rows)),
        decoder_(rows_),
        values_(rows_.size() + 1),
        key_(key),
        cast_(std::move(cast)),
        rest_(std::move(rest)),
        arms_(std::move(arms)),
        arena_(Limits().row_bytes_max) {}

  ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                           std::span<std::byte> response, TurnClock& clock) noexcept override {
    const std::size_t arm = ArmOf(kind, request);
    current_ = arms_[arm] == nullptr ? rest_.get() : arms_[arm].get();
    return current_->ScoreRequest(kind, request, response, clock);
  }
  ScoreResult Continue(TurnClock& clock) noexcept override { return current_->Continue(clock); }

 private:
  std::size_t ArmOf(RequestKind kind, std::span<const std::byte> request) noexcept {
    const std::size_t rest = arms_.size() - 1;
    if (decoder_.Open(kind, request) != ScoreCode::kOk || decoder_.row_count() == 0) return rest;
    arena_.Reset();
    std::size_t arm = rest;
    // What is wrong with a row is said by whoever scores it.
    if (decoder_.Decode(0, values_.data(), arena_) == ScoreCode::kOk) arm = split_->ArmOf(Key());
    if (arms_[arm] == nullptr) arm = rest;
    split_->arms()[arm].rows->Add(decoder_.row_count());
    return arm;
  }

  std::optional<std::string_view> Key() noexcept {
    std::uint32_t at = key_;
    if (cast_ != nullptr) {
      const std::uint32_t to = at = static_cast<std::uint32_t>(values_.size()) - 1;
      values_[to] = Value::Null();
      Arguments arguments(values_.data(), &key_, &to, &arena_);
      if (cast_->Run(arguments) != ScoreCode::kOk) return std::nullopt;
    }
    if (values_[at].null) return std::nullopt;
    return values_[at].text;
  }

  const std::shared_ptr<const Split> split_;
  const RowLayout rows_;
  RowDecoder decoder_;
  std::vector<Value> values_;  // [column], and the key as text
  const std::uint32_t key_;    // a column
  const std::unique_ptr<const Kernel> cast_;
  const std::unique_ptr<BoundLayout> rest_;
  const std::vector<std::unique_ptr<BoundLayout>> arms_;
  Arena arena_;
  BoundLayout* current_ = nullptr;
};

}  // namespace

std::unique_ptr<BoundLayout> MakeSplitLayout(std::shared_ptr<const Split> split,
                                             const Schema& inputs,
                                             std::unique_ptr<BoundLayout> rest,
                                             std::vector<std::unique_ptr<BoundLayout>> arms) {
  const auto field = std::ranges::find(inputs, split->key(), &Field::name);
  auto rows = RowLayout::Make(inputs);
  if (field == inputs.end() || field->type.shape != Shape::kScalar || !rows) return rest;
  std::unique_ptr<const Kernel> cast;
  if (NeedsCast(field->type, KeyType())) {
    cast = MakeCast(field->type, KeyType());
    if (cast == nullptr) return rest;
  }
  const auto key = static_cast<std::uint32_t>(field - inputs.begin());
  return std::make_unique<SplitLayout>(std::move(split), *std::move(rows), key, std::move(cast),
                                       std::move(rest), std::move(arms));
}

}  // namespace pillion
