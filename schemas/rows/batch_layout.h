// The tables around a batch, the same for every model:
//   table Rows    { rows:[Row]; }
//   table Answers { answers:[Answer]; codes:[ubyte]; columns:[short]; faults:[Fault]; }
//   table Fault   { op:string; stage:string; column:string; }
// Answer i belongs to row i. Where codes[i] is not kOk, answer i is all null, and columns[i], read
// as 16 bits without a sign, is the input column that the row failed at; 65535: none to blame.
// Then faults[i], where there are any, has the texts of fault_detail.h.
#pragma once

#include <cstdint>

namespace pillion {

inline constexpr std::uint32_t kBatchRowsMax = 65536;

inline constexpr std::uint32_t kRowsField = 0;
inline constexpr std::uint32_t kAnswersField = 0;
inline constexpr std::uint32_t kCodesField = 1;
inline constexpr std::uint32_t kColumnsField = 2;
inline constexpr std::uint32_t kFaultsField = 3;

inline constexpr std::int32_t kNoColumn = -1;

// Which row of a batch failed, 0 for a single one, and at which input column.
struct ErrorDetail {
  std::uint32_t row = 0;
  std::int32_t column = kNoColumn;

  bool operator==(const ErrorDetail&) const = default;
};

}  // namespace pillion
