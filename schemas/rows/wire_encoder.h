// Writes FlatBuffers front to back into room that it is given: tables before what they point to,
// so that a row is one template copy plus appended strings and vectors. RowEncoder and the
// server's AnswerEncoder stand on it. Never allocates; once the room is used up every call says
// so by its result and the caller rewinds.
// Positions are bytes from the start of the room, which must be 8-aligned.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>

#include "schemas/rows/wire_values.h"
#include "schemas/types/data_type.h"

namespace pillion {

static_assert(std::endian::native == std::endian::little, "FlatBuffers is little-endian");

// A FlatBuffers buffer is shorter than 2 GiB: offsets are signed in places.
inline constexpr std::uint32_t kWireBytesMax = 0x7fffffff;

class WireEncoder {
 public:
  // What Take() and the table functions return when the room is used up.
  static constexpr std::uint32_t kNoRoom = 0xffffffff;

  WireEncoder() = default;
  WireEncoder(std::span<std::byte> room, std::uint32_t used) noexcept
      : room_(room.data()),
        room_bytes_(room.size() < kWireBytesMax ? static_cast<std::uint32_t>(room.size())
                                                : kWireBytesMax),
        used_(used) {}

  std::uint32_t used() const noexcept { return used_; }
  void Rewind(std::uint32_t used) noexcept { used_ = used; }
  std::byte* at(std::uint32_t position) noexcept { return room_ + position; }

  template <typename T>
  void Store(std::uint32_t position, T value) noexcept {
    std::memcpy(room_ + position, &value, sizeof value);
  }
  // Makes the offset at `slot` point to `target`, which lies behind it.
  void Link(std::uint32_t slot, std::uint32_t target) noexcept { Store(slot, target - slot); }

  // The next position p with p % alignment == phase that has `bytes` after it. Skipped bytes are
  // zeroed, the taken ones are not.
  std::uint32_t Take(std::uint64_t bytes, std::uint32_t alignment, std::uint32_t phase) noexcept {
    const std::uint32_t skip = (phase - used_) & (alignment - 1);
    if (skip + bytes > room_bytes_ - used_) return kNoRoom;
    if (bytes >= 8) {
      Store(used_, std::uint64_t{0});  // skip < 8: faster than a call, and what is over is taken
    } else {
      std::memset(room_ + used_, 0, skip);
    }
    const std::uint32_t position = used_ + skip;
    used_ = position + static_cast<std::uint32_t>(bytes);
    return position;
  }

  // Text and vectors: appended, with the offset at `slot` set. False: no room.
  bool AppendString(std::uint32_t slot, std::string_view text) noexcept;
  bool AppendByteString(std::uint32_t slot, std::string_view bytes) noexcept;
  // A vector of the base's elements, text included.
  bool AppendList(std::uint32_t slot, const ElementsView& elements) noexcept;
  // The dimensions of a dense tensor of rank 1 are left out: they are its length.
  bool AppendTensor(std::uint32_t slot, const TensorView& tensor) noexcept;
  bool AppendMap(std::uint32_t slot, const MapView& map) noexcept;

  // A vtable with these entries, for a table of `table_bytes`; its position.
  std::uint32_t AppendVtable(std::uint16_t table_bytes,
                             std::initializer_list<std::uint16_t> entries) noexcept;
  // A zeroed table. `alignment`: of its widest field, 4 or 8; fields of 8 bytes are then aligned
  // at entries that are 4 modulo 8.
  std::uint32_t AppendTable(std::uint32_t vtable, std::uint16_t table_bytes,
                            std::uint32_t alignment) noexcept;
  // Room for a vector; the position of its first element, which is uninitialised.
  std::uint32_t AppendVector(std::uint32_t slot, std::uint32_t element_bytes,
                             std::uint32_t count) noexcept;

 private:
  bool AppendTexts(std::uint32_t slot, BasicType base,
                   std::span<const std::string_view> texts) noexcept;
  // A table Bytes { value:[ubyte]; }; `slot` is set to it.
  bool AppendBytesTable(std::uint32_t slot, std::uint32_t vtable, std::string_view bytes) noexcept;
  // One scalar or text of `elements` into a table's field.
  bool PutField(std::uint32_t slot, const ElementsView& elements, std::uint32_t index) noexcept;

  std::byte* room_ = nullptr;
  std::uint32_t room_bytes_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace pillion
