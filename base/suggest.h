// The name that somebody most likely meant who wrote another one: for columns, ops, models, options
// and types alike, so that a misspelt word ends every refusal in the same way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillion {

// The one of `names` nearest to `written`: equal but for case, blanks, '_', '-' and '.', else
// within one edit a four characters (at least one; an edit inserts, deletes or changes a character,
// or swaps two neighbours; bytes count as characters). The first of equally near ones. Nothing
// where none is near, or `written` is empty or longer than 256 bytes.
std::optional<std::string_view> Nearest(std::string_view written,
                                        const std::vector<std::string_view>& names);

// "; did you mean 'city'?", or "" where Nearest finds nothing. Ends a message.
std::string DidYouMean(std::string_view written, const std::vector<std::string_view>& names);

// The same for anything with names in it: DidYouMean("CITY", schema, &Field::name).
template <typename Range, typename NameOf>
std::string DidYouMean(std::string_view written, const Range& range, NameOf name_of) {
  std::vector<std::string_view> names;
  for (const auto& item : range) names.emplace_back(item.*name_of);
  return DidYouMean(written, names);
}

}  // namespace pillion
