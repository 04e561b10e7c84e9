// A bound layout of which a version in the shadow scores some requests too.
#pragma once

#include <memory>

#include "schemas/types/data_type.h"
#include "sidecar/models/shadow.h"
#include "sidecar/serving/scorer.h"

namespace pillion {

// `inputs`: the columns of its rows. `layout` itself where nothing can be compared.
std::unique_ptr<BoundLayout> MakeShadowLayout(const Shadow& shadow, const Schema& inputs,
                                              std::unique_ptr<BoundLayout> layout);

}  // namespace pillion
