// The bundles that properties are checked on: all recorded cases and the examples.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {

struct TestBundle {
  std::filesystem::path path{};
  std::optional<std::filesystem::path> protobuf{};  // the same, with the same answers
};

// A few of them are there to be refused.
const std::vector<TestBundle>& Bundles();

// Writes the members of `archive` into `directory`. Throws std::runtime_error where it cannot be
// read.
void Unpack(const std::filesystem::path& archive, const TemporaryDirectory& directory);

// One row's answer as text, or its code and the column that is to blame.
std::string ScoreText(Workspace& workspace, const std::vector<Value>& row);

}  // namespace pillion::testing
