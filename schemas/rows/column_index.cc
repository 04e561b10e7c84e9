#include "schemas/rows/column_index.h"

#include <algorithm>
#include <numeric>

namespace pillion {

ColumnIndex::ColumnIndex(const Schema& columns) : by_name_(columns.size()) {
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  std::stable_sort(by_name_.begin(), by_name_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return columns[a].name < columns[b].name;
  });
}

std::optional<std::uint32_t> ColumnIndex::Find(const Schema& columns,
                                               std::string_view name) const noexcept {
  const auto it = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [&](std::uint32_t column, std::string_view text) { return columns[column].name < text; });
  if (it == by_name_.end() || columns[*it].name != name) return std::nullopt;
  return *it;
}

}  // namespace pillion
