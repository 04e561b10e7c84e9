// A server's bytes against the client's decoder. The first byte chooses the columns, and whether
// answers stand in parts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "tests/support/read_answer.h"
#include "tests/support/wire_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  if (size < 1) return 0;
  const auto layout = LayoutsOf(RandomRows(data[0] % 128).Columns(12))[data[0] / 128];
  const auto bytes = std::make_unique<std::byte[]>(size - 1);
  if (size > 1) std::memcpy(bytes.get(), data + 1, size - 1);
  const std::span<const std::byte> answer(bytes.get(), size - 1);

  AnswerDecoder decoder(layout);
  if (decoder.Open(answer) == ScoreCode::kOk) ReadAnswer(decoder);
  BatchAnswerDecoder batch;
  if (batch.Open(answer) != ScoreCode::kOk) return 0;
  // Answers may be shared: a thousand of them already tell whether a read goes astray.
  for (std::uint32_t i = 0; i < std::min(batch.row_count(), 1000U); ++i) {
    batch.code(i);
    batch.column(i);
    if (batch.Row(i, &decoder) == ScoreCode::kOk) ReadAnswer(decoder);
  }
  return 0;
}
