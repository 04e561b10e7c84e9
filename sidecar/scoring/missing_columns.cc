#include "sidecar/scoring/missing_columns.h"

#include <string>
#include <utility>

#include "base/quote.h"
#include "base/suggest.h"

namespace pillion {
namespace {

// "'a', 'b' and 3 more"
std::string Enumerated(const std::vector<std::string>& items) {
  constexpr std::size_t kItemsMax = 20;
  std::string text;
  for (std::size_t i = 0; i < items.size() && i < kItemsMax; ++i) {
    text.append(i == 0 ? "" : ", ").append(items[i]);
  }
  if (items.size() > kItemsMax) {
    text.append(" and ").append(std::to_string(items.size() - kItemsMax)).append(" more");
  }
  return text;
}

}  // namespace

std::string QuotedNames(const std::vector<std::string_view>& names) {
  std::vector<std::string> quoted;
  for (const std::string_view name : names) quoted.push_back(Quote(name));
  return names.empty() ? "no columns" : Enumerated(quoted);
}

std::vector<std::string_view> ColumnNames(const TableHead& head) {
  std::vector<std::string_view> names;
  for (const Field& field : head.columns) names.emplace_back(field.name);
  names.insert(names.end(), head.unread.begin(), head.unread.end());
  return names;
}

std::vector<Problem> MissingColumns(const Schema& missing, const TableHead& head,
                                    const TableSource& source, bool missing_as_null) {
  const std::vector<std::string_view> names = ColumnNames(head);
  constexpr std::size_t kLookedForMax = 32;  // each is compared with every name of the table
  std::vector<Problem> problems;
  std::vector<std::string> others;
  bool nullable = true;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const std::string column = Quote(missing[i].name) + " (" + Describe(missing[i].type) + ")";
    const std::string meant = i < kLookedForMax ? DidYouMean(missing[i].name, names) : "";
    nullable = nullable && missing[i].type.nullable;
    if (meant.empty()) {
      others.push_back(column);
    } else {
      problems.push_back(
          {LoadCode::kBadSchema, source.name, "the column " + column + " is missing" + meant});
    }
  }
  if (!others.empty()) {
    const bool one = others.size() == 1;
    problems.push_back({LoadCode::kBadSchema, source.name,
                        (one ? "the column " : "the columns ") + Enumerated(others) +
                            (one ? " is missing" : " are missing")});
  }
  std::string& last = problems.back().what;
  last += last.ends_with('?') ? " The input has " : "; the input has ";
  last += QuotedNames(names);
  if (source.format == TableFormat::kJsonLines) last += " in its first row";
  if (const auto option = source.option_names.missing_as_null;
      nullable && !missing_as_null && !option.empty()) {
    last.append("; ").append(option).append(" reads what is absent as null");
  }
  return problems;
}

}  // namespace pillion
