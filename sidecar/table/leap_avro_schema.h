// The columns of MLeap's leap frame in Avro, from the schema in the file's header. Spec:
// bundle-format.md section 19.
#pragma once

#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "schemas/types/data_type.h"

namespace pillion::internal {

struct AvroColumn {
  Field field;           // nullable, whatever the schema says, as MLeap reads it
  int null_branch = -1;  // of the union that the column is; -1: no union
};

// Refuses what MLeap cannot read back: other records, tensors of text, unions of more than one
// type and null.
Result<std::vector<AvroColumn>> ReadAvroSchema(std::string_view json);

}  // namespace pillion::internal
