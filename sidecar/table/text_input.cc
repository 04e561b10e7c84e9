#include "sidecar/table/text_input.h"

#include <algorithm>
#include <cstring>

namespace pillion {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

Result<bool> TextInput::More(std::size_t bytes_max, std::string_view what) {
  if (source_ == nullptr || ended_) return false;
  if (rest_.size() > bytes_max) {
    return Fail(
        LoadCode::kOverLimit, name_ + ": offset " + std::to_string(offset_),
        std::string(what) + " of more than the limit of " + std::to_string(bytes_max) + " bytes");
  }
  if (before_wait_ && !source_->Ready()) PILLION_TRY(before_wait_());
  // What is kept moves to the front, and doubles at the most.
  const std::size_t kept = rest_.size();
  if (kept > 0) std::memmove(room_.data(), rest_.data(), kept);
  if (room_.size() < kept + kPieceBytes) room_.resize(2 * kept + kPieceBytes);
  std::size_t count = 0;
  const std::size_t wanted = std::max(kept, kPieceBytes);
  auto read = source_->Read(std::span(room_).subspan(kept, std::min(wanted, room_.size() - kept)));
  if (!read) return tl::unexpected<LoadError>(std::move(read).error());
  count = *read;
  rest_ = {room_.data(), kept + count};
  ended_ = count == 0;
  return !ended_;
}

}  // namespace pillion
