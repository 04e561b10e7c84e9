// The bundles that properties are checked on: all recorded cases and the examples.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "tests/support/temporary_directory.h"

namespace pillion::testing {

// Cases and zips, as LayBundle() takes them.
std::vector<std::filesystem::path> BundleSources();

struct TestBundle {
  std::filesystem::path path{};
  std::optional<std::filesystem::path> protobuf{};  // the same, with the same answers
};

// The bundle of a case is written into `directory`; nothing for a case that has none.
std::optional<TestBundle> LayBundle(const std::filesystem::path& source,
                                    const TemporaryDirectory& directory);

// Writes the members of `archive` into `directory`. Throws std::runtime_error where it cannot be
// read.
void Unpack(const std::filesystem::path& archive, const TemporaryDirectory& directory);

// One row's answer as text, or its code and the column that is to blame.
std::string ScoreText(Workspace& workspace, const std::vector<Value>& row);

}  // namespace pillion::testing
