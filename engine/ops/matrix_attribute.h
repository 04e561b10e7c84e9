// Attributes that hold matrices: tensors of double of rank 2, stored column by column.
#pragma once

#include <string_view>

#include "engine/graph/op_source.h"
#include "engine/linear/matrix.h"

namespace pillion {

// Anything but a rank-2 tensor of double is refused.
Matrix ReadMatrix(OpSource& source, std::string_view name);
Matrix ToMatrix(OpSource& source, std::string_view name, const TensorAttribute& tensor);

}  // namespace pillion
