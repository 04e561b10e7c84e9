// Compares an answer with the answer that MLeap gave.
#pragma once

#include <string>

#include "engine/ops/catalog.h"
#include "sidecar/table/table.h"

namespace pillion::testing {

// The first difference between columns, types, or values; empty: none. `exactness` is that of the
// least exact op that took part.
std::string FindDifference(const Table& actual, const Table& expected, Exactness exactness);

// The same of names and values alone, for forms that do not keep all of a type. Columns whose
// values are of another type are passed over.
std::string FindValueDifference(const Table& actual, const Table& expected, Exactness exactness);

}  // namespace pillion::testing
