// A bound layout whose rows a split shares out among versions.
#pragma once

#include <memory>
#include <vector>

#include "schemas/types/data_type.h"
#include "sidecar/models/split.h"
#include "sidecar/serving/scorer.h"

namespace pillion {

// `inputs`: the columns of its rows. `rest`: scores what no arm does; `arms`: [arm of the split],
// null where the rest does. A batch goes where its first row does. Where the key is not among the
// inputs, or is no scalar: `rest` itself.
std::unique_ptr<BoundLayout> MakeSplitLayout(std::shared_ptr<const Split> split,
                                             const Schema& inputs,
                                             std::unique_ptr<BoundLayout> rest,
                                             std::vector<std::unique_ptr<BoundLayout>> arms);

}  // namespace pillion
