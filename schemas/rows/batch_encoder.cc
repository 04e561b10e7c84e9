#include "schemas/rows/batch_encoder.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace pillion {
namespace {

// Root offset, vtable, table Rows and the vector's count: positions from the first byte.
constexpr std::uint32_t kRowsVtable = 4;
constexpr std::uint32_t kRowsTable = 12;
constexpr std::uint32_t kRowsSlot = 16;
constexpr std::uint32_t kRowsVector = 20;
constexpr std::uint32_t kRowsElements = 24;

constexpr std::uint32_t HeadBytes(std::uint32_t row_count) {
  return (kRowsElements + 4 * row_count + 7) & ~7U;
}

}  // namespace

BatchEncoder::BatchEncoder(std::uint32_t batch_bytes_max)
    : batch_bytes_max_(std::min(batch_bytes_max, kWireBytesMax)),
      room_(HeadBytes(64) + 8192),
      head_bytes_(HeadBytes(64)) {
  tables_.reserve(64);
  Clear();
}

void BatchEncoder::Clear() noexcept {
  rows_ = WireEncoder(std::span(room_).subspan(head_bytes_), 0);
  tables_.clear();
}

ScoreCode BatchEncoder::Add(const RowEncoder& row) noexcept {
  if (row.fault().code != ScoreCode::kOk) return row.fault().code;
  if (row_count() == kBatchRowsMax) return ScoreCode::kTooLarge;
  const std::uint32_t used = rows_.used();
  const std::uint32_t vtable = vtable_;
  while (!Append(row)) {
    rows_.Rewind(used);
    vtable_ = vtable;
    if (!Grow()) return ScoreCode::kTooLarge;
  }
  return ScoreCode::kOk;
}

std::size_t BatchEncoder::BytesWith(const RowEncoder& row) const noexcept {
  constexpr std::size_t kPadding = 8;  // before vtable and table
  return std::size_t{HeadBytes(row_count() + 1)} + rows_.used() + row.layout().vtable_bytes() +
         row.bytes().size() - row.layout().table_position() + kPadding;
}

bool BatchEncoder::Append(const RowEncoder& row) noexcept {
  if (HeadBytes(row_count() + 1) > head_bytes_) return false;
  const auto bytes = row.bytes();
  const auto vtable = bytes.subspan(RowLayout::kVtablePosition, row.layout().vtable_bytes());
  if (tables_.empty() || std::memcmp(rows_.at(vtable_), vtable.data(), vtable.size()) != 0) {
    vtable_ = rows_.Take(vtable.size(), 2, 0);
    if (vtable_ == WireEncoder::kNoRoom) return false;
    std::memcpy(rows_.at(vtable_), vtable.data(), vtable.size());
  }
  // Table and all behind it move as one; they keep their place modulo 8.
  const auto rest = bytes.subspan(row.layout().table_position());
  const std::uint32_t table = rows_.Take(rest.size(), 8, 4);
  if (table == WireEncoder::kNoRoom) return false;
  std::memcpy(rows_.at(table), rest.data(), rest.size());
  rows_.Store(table, table - vtable_);
  tables_.push_back(table);
  return true;
}

bool BatchEncoder::Grow() noexcept {
  const bool more_rows = HeadBytes(row_count() + 1) > head_bytes_;
  const std::uint32_t head = more_rows ? HeadBytes(2 * row_count()) : head_bytes_;
  const std::size_t body = (room_.size() - head_bytes_) * (more_rows ? 1 : 2);
  const std::size_t bytes = std::min<std::size_t>(head + body, batch_bytes_max_);
  if (!more_rows && bytes <= room_.size()) return false;
  if (bytes < std::size_t{head} + rows_.used()) return false;
  try {
    std::vector<std::byte> room(bytes);
    std::memcpy(room.data() + head, room_.data() + head_bytes_, rows_.used());
    tables_.reserve(2 * tables_.size() + 1);
    room_ = std::move(room);
  } catch (const std::bad_alloc&) {
    return false;
  }
  head_bytes_ = head;
  rows_ = WireEncoder(std::span(room_).subspan(head), rows_.used());
  return true;
}

std::span<const std::byte> BatchEncoder::Finish() noexcept {
  const std::uint32_t head = HeadBytes(row_count());
  const std::span<std::byte> room(room_);
  WireEncoder batch(room.subspan(head_bytes_ - head), 0);
  std::memset(batch.at(0), 0, head);
  batch.Link(0, kRowsTable);
  batch.Store(kRowsVtable, std::uint16_t{6});
  batch.Store(kRowsVtable + 2, std::uint16_t{8});
  batch.Store(kRowsVtable + 4, std::uint16_t{kRowsSlot - kRowsTable});
  batch.Store(kRowsTable, kRowsTable - kRowsVtable);
  batch.Link(kRowsSlot, kRowsVector);
  batch.Store(kRowsVector, row_count());
  for (std::uint32_t i = 0; i < row_count(); ++i) {
    batch.Link(kRowsElements + 4 * i, head + tables_[i]);
  }
  return {batch.at(0), head + rows_.used()};
}

}  // namespace pillion
