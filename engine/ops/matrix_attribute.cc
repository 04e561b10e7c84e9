#include "engine/ops/matrix_attribute.h"

#include <string>

namespace pillion {

Matrix ToMatrix(OpSource& source, std::string_view name, const TensorAttribute& tensor) {
  if (tensor.dimensions.size() != 2 || tensor.base != BasicType::kDouble) {
    source.Refuse(name, "expected a tensor of double of rank 2, found one of " +
                            std::string(BasicTypeName(tensor.base)) + " of rank " +
                            std::to_string(tensor.dimensions.size()));
    return {};
  }
  return {static_cast<std::uint32_t>(tensor.dimensions[0]),
          static_cast<std::uint32_t>(tensor.dimensions[1]), tensor.doubles};
}

Matrix ReadMatrix(OpSource& source, std::string_view name) {
  const bool refused_before = source.refused();
  const TensorAttribute& tensor = source.Tensor(name);
  if (source.refused() && !refused_before) return {};
  return ToMatrix(source, name, tensor);
}

}  // namespace pillion
