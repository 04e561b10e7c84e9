// The answers to rows as the columns of a struct array of Arrow, row by row. Knows no transport.
// One thread at a time.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>
#include <vector>

#include "client/arrow/output_array.h"
#include "client/connection/options.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/row_layout.h"
#include "schemas/types/score_code.h"

namespace pillion {

class OutputColumns {
 public:
  // `with_codes`: a last column has the rows' codes. Fails for maps,
  // kUnsupported.
  static tl::expected<OutputColumns, Failure> Make(const RowLayout& layout, bool with_codes);

  // An answer that is open; `decoder` is of the layout. The failure leaves the columns unfit for
  // more: kMalformed, it cannot be read; kTooLarge, an array cannot hold more.
  tl::expected<void, Failure> Append(AnswerDecoder* decoder);
  // A row without one.
  void AppendFailure(ScoreCode code);
  std::int64_t row_count() const { return static_cast<std::int64_t>(codes_.size()); }

  // Moves all into structs that the caller releases. `schema` may be null.
  // Throws std::bad_alloc and then gives neither.
  void Give(ArrowSchema* schema, ArrowArray* array) &&;

 private:
  OutputColumns() = default;

  std::vector<OutputField> fields_;
  std::vector<OutputArray> arrays_;
  std::vector<std::uint8_t> codes_;  // [row]
  bool with_codes_ = false;
};

}  // namespace pillion
