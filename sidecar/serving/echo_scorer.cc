#include "sidecar/serving/echo_scorer.h"

#include <algorithm>
#include <cstring>

#include "schemas/rows/row_layout.h"

namespace pillion {
namespace {

constexpr std::uint32_t kVersion = 1;

class NullLayout final : public BoundLayout {
 public:
  ScoreResult ScoreRequest(RequestKind, std::span<const std::byte>, std::span<std::byte> response,
                           TurnClock&) noexcept override {
    std::memset(response.data(), 0, std::min<std::size_t>(8, response.size()));
    return {ScoreCode::kOk, kVersion, 8};
  }
};

class EchoLayout final : public BoundLayout {
 public:
  ScoreResult ScoreRequest(RequestKind, std::span<const std::byte> request,
                           std::span<std::byte> response, TurnClock&) noexcept override {
    if (request.size() <= response.size() && !request.empty()) {
      std::memcpy(response.data(), request.data(), request.size());
    }
    return {ScoreCode::kOk, kVersion, request.size()};
  }
};

}  // namespace

tl::expected<Binding, Refusal> EchoScorer::Bind(const BindRequest& request) {
  Binding binding;
  if (request.model == "null") {
    binding.layout = std::make_unique<NullLayout>();
    binding.answer_bytes_max = 8;
  } else if (request.model == "echo") {
    binding.layout = std::make_unique<EchoLayout>();
  } else {
    return tl::unexpected(Refusal{ScoreCode::kUnknownModel, "no model " + request.model});
  }
  for (const std::string& output : request.outputs) {
    binding.columns.inputs.push_back({output, DataType::Scalar(BasicType::kDouble)});
  }
  binding.columns.outputs = binding.columns.inputs;
  binding.columns.schema_hash = HashSchema(binding.columns.inputs);
  return binding;
}

}  // namespace pillion
