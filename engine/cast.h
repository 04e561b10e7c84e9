// MLeap's casts at an op's boundary: a column of one type read by an op that declares another.
// Decided once per plan. Spec: bundle-format.md section 15.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/graph/kernel.h"
#include "schemas/types/data_type.h"

namespace pillion {

// Whether values of type `from` are of another form than `to` asks for. Nullability and
// dimensions do not count: nulls are checked by the plan, dimensions by nobody.
bool NeedsCast(const DataType& from, const DataType& to) noexcept;

// A kernel with one input of type `from` and one output of type `to`; nullptr: no such cast.
// A null stays null. Text that is "" or "null" becomes a null number, other text that is no
// number answers kBadNumber.
std::unique_ptr<const Kernel> MakeCast(const DataType& from, const DataType& to);

// Why the input `port` of an op cannot be read from `column`.
std::string DescribeMisfit(std::string_view column, const DataType& type, std::string_view op,
                           const Port& port);

}  // namespace pillion
