#include "sidecar/frame/frame.h"

namespace pillion {

Result<Frame> Frame::Read(const FrameSource& source) {
  Frame frame;
  PILLION_TRY(ReadRows(source, frame.arena_, frame));
  return frame;
}

Result<void> Frame::Begin(const Schema& schema) {
  schema_ = schema;
  return {};
}

Result<void> Frame::Add(std::span<const Value> row) {
  if ((cells_.size() + row.size()) * sizeof(Value) > bytes_max_) {
    return Fail(LoadCode::kOverLimit, "the frame",
                "more than the limit of " + std::to_string(bytes_max_) + " bytes of rows");
  }
  cells_.insert(cells_.end(), row.begin(), row.end());
  ++row_count_;
  return {};
}

}  // namespace pillion
