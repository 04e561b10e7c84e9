// What is said of a table that lacks columns which a model needs: each that is likely misspelt with
// the name that stands there, all others together, then what the table has and the way out.
#pragma once

#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "schemas/types/data_type.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/table_format.h"

namespace pillion {

// `missing` is not empty; `head` is the table's. `missing_as_null`: whether the caller has asked
// for that already. At least one problem; takes time linear in the table's columns.
std::vector<Problem> MissingColumns(const Schema& missing, const TableHead& head,
                                    const TableSource& source, bool missing_as_null);

// All that the table has, whether read or not; they view `head`.
std::vector<std::string_view> ColumnNames(const TableHead& head);

// "'a', 'b' and 3 more"; "no columns".
std::string QuotedNames(const std::vector<std::string_view>& names);

}  // namespace pillion
