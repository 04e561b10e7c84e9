// Attribute values in protobuf (bundle format, sections 7 and 8.2).
#pragma once

#include <optional>
#include <string>

#include "engine/formats/mleap/attributes.h"
#include "engine/formats/mleap/bundle.pb.h"

namespace pillion {

// Returns what is wrong with the value, if anything. A scalar's members that hold their kind's
// zero are left out: protobuf does not tell them from absent ones.
std::optional<std::string> ReadAttribute(const ml::bundle::Value& value, AttributeValue& out);

}  // namespace pillion
