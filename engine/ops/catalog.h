// The ops that Pillion knows. A family is one file beside this one, with a table of rows that
// families.h declares and catalog.cc lists; a row is all that is needed to find an op by name.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "engine/graph/kernel.h"
#include "engine/graph/op_source.h"
#include "engine/op_list.h"

namespace pillion {

// Reads one model. Refuses through `source`; what it returns then is dropped.
using CompileFunction = Operation (*)(OpSource& source);

// The same for what one_vs_rest may nest; nullptr: refused.
class Classifier;
using ReadClassifierFunction = std::shared_ptr<const Classifier> (*)(OpSource& source);

struct OpRow {
  std::string_view name;     // in bundles
  std::string_view summary;  // one line, for `pillion ops` and docs/ops.md
  Exactness exactness;
  CompileFunction compile;
  ReadClassifierFunction read_classifier = nullptr;  // of classifiers alone
  // Spark names the ports of a single column "input" and "output", the op "input0" and "output0".
  bool numbers_ports = false;
};

struct OpFamily {
  std::string_view name;    // "scalers"
  std::string_view source;  // where the behaviour comes from, in MLeap's sources
  std::span<const OpRow> rows;
};

std::span<const OpFamily> OpFamilies() noexcept;
const OpRow* FindOp(std::string_view name) noexcept;

// Why an op that bundles are known to hold is not in the catalog; empty: nobody has heard of it.
std::string_view WhyUnsupported(std::string_view name) noexcept;

}  // namespace pillion
