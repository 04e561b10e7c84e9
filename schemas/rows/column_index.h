// Columns by name, for schemas that may have tens of thousands of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schemas/types/data_type.h"

namespace pillion {

// Holds positions only: ask with the schema that it was made of.
class ColumnIndex {
 public:
  ColumnIndex() = default;  // of no columns
  explicit ColumnIndex(const Schema& columns);

  // The first column of this name.
  std::optional<std::uint32_t> Find(const Schema& columns, std::string_view name) const noexcept;

 private:
  std::vector<std::uint32_t> by_name_;  // in the order of the names, then of the columns
};

}  // namespace pillion
