// Tables as text and back, for tests.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "sidecar/frame/frame.h"
#include "sidecar/frame/frame_format.h"

namespace pillion::testing {

inline Result<Frame> Parse(std::string_view text, FrameFormat format, Schema columns = {}) {
  return Frame::Read({"input", text, format, std::move(columns)});
}

// The reason why `text` is refused; empty if it is not.
inline std::string Refusal(std::string_view text, FrameFormat format, Schema columns = {}) {
  const Result<Frame> frame = Parse(text, format, std::move(columns));
  return frame ? "" : frame.error().Text();
}

inline std::string Print(const Frame& frame, FrameFormat format) {
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeFrameWriter(format, out);
  Result<void> result = writer->Begin(frame.schema());
  for (std::size_t i = 0; result && i < frame.row_count(); ++i) result = writer->Add(frame.Row(i));
  if (result) result = writer->End();
  return result ? out.str() : "refused: " + result.error().Text();
}

// `text` read in one form and written in another.
inline std::string Convert(std::string_view text, FrameFormat from, FrameFormat to,
                           Schema columns = {}) {
  const Result<Frame> frame = Parse(text, from, std::move(columns));
  return frame ? Print(*frame, to) : "refused: " + frame.error().Text();
}

}  // namespace pillion::testing
