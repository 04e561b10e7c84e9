// A model that answers its own columns, of whatever types, through the server's encoders. A row
// whose column "fail" is a number but 0 ends with that code.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/value.h"
#include "sidecar/serving/scorer.h"
#include "sidecar/wire/answer_encoder.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {

class IdentityScorer final : public Scorer {
 public:
  explicit IdentityScorer(Schema columns) : columns_(std::move(columns)) {}

  tl::expected<Binding, Refusal> Bind(const BindRequest&) override {
    Binding binding;
    binding.layout = std::make_unique<Layout>(*RowLayout::Make(columns_));
    binding.columns.inputs = columns_;
    binding.columns.outputs = columns_;
    binding.columns.schema_hash = HashSchema(columns_);
    return binding;
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return R"([{"name":"identity"}])"; }

 private:
  class Layout final : public BoundLayout {
   public:
    explicit Layout(RowLayout columns)
        : columns_(std::move(columns)),
          decoder_(columns_),
          encoder_(columns_),
          values_(columns_.size()),
          fail_(columns_.Find("fail")) {}

    ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                             std::span<std::byte> response, TurnClock&) noexcept override {
      ScoreCode code = decoder_.Open(kind, request);
      if (code != ScoreCode::kOk) return {code, kVersion, 0};
      const std::uint32_t rows = decoder_.row_count();
      const bool batch = kind == RequestKind::kBatch;
      bool fits = batch ? encoder_.BeginBatch(response, rows) : encoder_.BeginRow(response);
      for (std::uint32_t row = 0; fits && row < rows; ++row) {
        arena_.Reset();
        code = decoder_.Decode(row, values_.data(), arena_);
        FaultDetail fault;
        fault.place = {row, decoder_.failed_column()};
        if (code == ScoreCode::kOk && fail_ && !values_[*fail_].null) {
          code = static_cast<ScoreCode>(values_[*fail_].int64);
        }
        if (code != ScoreCode::kOk && !batch) return {code, kVersion, 0};
        fits = code == ScoreCode::kOk
                   ? encoder_.Add([this](std::uint32_t i) -> const Value& { return values_[i]; })
                   : encoder_.AddFailure(code, fault);
      }
      return {ScoreCode::kOk, kVersion, fits ? encoder_.bytes() : response.size() + 1};
    }

   private:
    static constexpr std::uint32_t kVersion = 7;
    const RowLayout columns_;
    RowDecoder decoder_;
    AnswerEncoder encoder_;
    Arena arena_{64U << 20};
    std::vector<Value> values_;
    std::optional<std::uint32_t> fail_;
  };

  Schema columns_;
};

}  // namespace pillion
