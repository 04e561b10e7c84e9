// Models that do what a test of the transports needs: beside those of the echo scorer
//   "slow"      sleeps for as many milliseconds as the request's first byte says, then echoes
//   "changing"  echoes; its last column is called otherwise after ChangeSchema(), and as before
//   after
//               two of them
//   "moody"     answers the code that the request's first byte says
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "schemas/rows/row_layout.h"
#include "sidecar/serving/echo_scorer.h"

namespace pillion {

class TestScorer final : public Scorer {
 public:
  void ChangeSchema() { schema_.fetch_add(1); }

  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override {
    const bool own =
        request.model == "slow" || request.model == "moody" || request.model == "changing";
    auto binding = echo_.Bind({own ? "echo" : request.model, request.outputs});
    if (!binding) return binding;
    if (request.model == "slow") binding->layout = std::make_unique<Slow>();
    if (request.model == "moody") binding->layout = std::make_unique<Moody>();
    if (request.model == "changing") Change(binding->columns);
    return binding;
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return echo_.ModelsJson(); }

 private:
  void Change(LayoutDescription& columns) const {
    const char* const name = schema_.load() % 2 == 0 ? "even" : "odd";
    columns.inputs.push_back({name, DataType::Scalar(BasicType::kDouble)});
    columns.outputs = columns.inputs;
    columns.schema_hash = HashSchema(columns.inputs);
  }
  static ScoreResult Echo(ScoreCode code, std::span<const std::byte> request,
                          std::span<std::byte> response) {
    if (request.size() <= response.size()) {
      std::copy(request.begin(), request.end(), response.begin());
    }
    return {code, 2, request.size()};
  }
  struct Slow : BoundLayout {
    ScoreResult ScoreRequest(RequestKind, std::span<const std::byte> request,
                             std::span<std::byte> response, TurnClock&) noexcept override {
      std::this_thread::sleep_for(std::chrono::milliseconds(static_cast<int>(request[0])));
      return Echo(ScoreCode::kOk, request, response);
    }
  };
  struct Moody : BoundLayout {
    ScoreResult ScoreRequest(RequestKind, std::span<const std::byte> request,
                             std::span<std::byte> response, TurnClock&) noexcept override {
      return Echo(static_cast<ScoreCode>(request[0]), request, response);
    }
  };

  EchoScorer echo_;
  std::atomic<std::uint64_t> schema_{0};
};

}  // namespace pillion
