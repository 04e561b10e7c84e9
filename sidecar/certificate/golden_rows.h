// Golden rows: rows with the answers that a model must give, as its trainer or another runtime gave
// them. They travel with the model as a file, golden.json. What is in it: docs/certificate.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/load_error.h"
#include "engine/model.h"
#include "sidecar/table/table.h"

namespace pillion {

struct GoldenRows {
  std::string place;                                       // of the file, for messages
  std::string made_by;                                     // who gave the answers; may be empty
  std::map<std::string, std::uint64_t, std::less<>> ulps;  // allowed, [column]; others: 0
  std::string rows;                                        // an array of JSON objects
  Table answers;  // columns that the model makes, in its types; a row for each of `rows`

  std::uint64_t UlpsAllowed(std::string_view column) const {
    const auto found = ulps.find(column);
    return found == ulps.end() ? 0 : found->second;
  }
};

inline constexpr std::size_t kGoldenBytesMax = std::size_t{64} << 20;

// Errors name `place`, and what in it is no golden row of this model.
Result<GoldenRows> ReadGoldenRows(std::string place, std::string_view text, const Model& model);

// Those in the model's bundle, else those beside it: of "house.zip" "house.golden.json", of
// "house/3/bundle.zip" and "house/3/bundle" also "house/3/golden.json". Nothing: there are none.
Result<std::optional<GoldenRows>> FindGoldenRows(const std::filesystem::path& path,
                                                 const Model& model);

// The file's text, from a table with a row for each answer. `rows` has the model's input columns,
// `answers` columns that it makes; other columns are left out. An error says what is missing.
Result<std::string> WriteGoldenRows(const Model& model, const Table& rows, const Table& answers,
                                    const std::string& made_by,
                                    const std::map<std::string, std::uint64_t, std::less<>>& ulps);

}  // namespace pillion
