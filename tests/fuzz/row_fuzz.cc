// A client's bytes against the decoder. The first byte chooses the columns, the second the kind of
// request and whether rows stand in parts. What is decoded is looked at to the last element,
// encoded as an answer and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "sidecar/wire/answer_encoder.h"
#include "sidecar/wire/row_decoder.h"
#include "tests/support/read_answer.h"
#include "tests/support/wire_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  if (size < 2) return 0;
  const auto layout = LayoutsOf(RandomRows(data[0]).Columns(12))[data[1] / 4 % 2];
  const auto kind = static_cast<RequestKind>(data[1] % 4);
  // Aligned, and no longer than it says, so that the sanitizer sees each byte too far.
  const auto request = std::make_unique<std::byte[]>(size - 2);
  if (size > 2) std::memcpy(request.get(), data + 2, size - 2);

  RowDecoder decoder(*layout);
  if (decoder.Open(kind, {request.get(), size - 2}) != ScoreCode::kOk) return 0;
  std::vector<Value> row(layout->size());
  std::vector<std::uint64_t> words(1 << 16);
  Arena arena(1 << 20);
  AnswerEncoder encoder(*layout);
  AnswerDecoder answer(layout);
  for (std::uint32_t i = 0; i < decoder.row_count(); ++i) {
    arena.Reset();
    if (decoder.Decode(i, row.data(), arena) != ScoreCode::kOk) continue;
    const auto room = std::as_writable_bytes(std::span(words));
    const bool fits = encoder.BeginRow(room) &&
                      encoder.Add([&row](std::uint32_t c) -> const Value& { return row[c]; });
    if (!fits) continue;
    if (answer.Open(room.first(encoder.bytes())) != ScoreCode::kOk) std::abort();
    if (ReadAnswer(answer) != Print(layout->columns(), row)) std::abort();
  }
  return 0;
}
