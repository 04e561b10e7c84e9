// The wire schema as FlatBuffers text, from which any language's flatc makes typed code that
// reads and writes the same bytes as row_encoder.h and answer_decoder.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/rows/row_layout.h"
#include "schemas/types/data_type.h"

namespace pillion {

// Tables Row and Rows of `inputs`, Answer and Answers of `outputs`, in a namespace named after the
// model. Field i is column i, or, where a row stands in parts (row_layout.h), of table RowPart0,
// RowPart1 …. A column whose name cannot be a field's has the attribute `column: "its name"`.
// REQUIRES: RowLayout::Make() takes both.
std::string ToFbs(const Schema& inputs, const Schema& outputs, std::string_view model,
                  const TableLimits& limits = {});

// Field names for these columns, in their order: valid and distinct in the languages that flatc
// writes, also where those fold case or underscores. Names that are already so stay.
std::vector<std::string> FieldNames(const Schema& columns);
// One such name. `kind` is what it is called where nothing of `name` can stay, and what is added
// where the rest is a keyword.
std::string FbsIdentifier(std::string_view name, std::string_view kind);

}  // namespace pillion
