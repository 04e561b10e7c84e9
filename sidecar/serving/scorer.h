// What the transports know of models: a name is bound to a layout, a layout scores bytes. Row
// encoding, models and their replacement are behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "schemas/rows/layout_description.h"
#include "schemas/socket/message.h"
#include "schemas/types/score_code.h"
#include "sidecar/serving/turn_clock.h"

namespace pillion {

struct ScoreResult {
  ScoreCode code = ScoreCode::kInternal;
  std::uint32_t model_version = 0;
  // Bytes of the response, also where it is a failure. More than the response has room for:
  // nothing usable was written, and so much would have been needed.
  std::size_t response_bytes = 0;
  // The turn was over between two rows of a batch, and nothing of this counts: Continue() it.
  bool paused = false;
};

// One client's binding of a model and outputs. Used by one thread at a time.
class BoundLayout {
 public:
  virtual ~BoundLayout() = default;

  // Scores private bytes, which start on 8 bytes, as does `response`. No allocation once warm, no
  // lock, no log, no system call.
  virtual ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                                   std::span<std::byte> response, TurnClock& clock) noexcept = 0;
  // Goes on with the request that paused, in the bytes that it was given: they have stayed.
  // REQUIRES: that one was this layout's last.
  virtual ScoreResult Continue(TurnClock& /*clock*/) noexcept { return {}; }
};

struct Binding {
  std::unique_ptr<BoundLayout> layout;
  std::uint32_t answer_bytes_max = kAnswerBytesUnbounded;
  LayoutDescription columns;
};

struct Refusal {
  ScoreCode code = ScoreCode::kInternal;
  std::string text;  // one sentence for the client's log
};

// Called on the control thread only; may take its time, allocate and throw.
class Scorer {
 public:
  virtual ~Scorer() = default;

  virtual tl::expected<Binding, Refusal> Bind(const BindRequest& request) = 0;
  virtual bool Ready() const = 0;
  virtual std::string ModelsJson() const = 0;  // a JSON array
};

}  // namespace pillion
