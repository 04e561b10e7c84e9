#include "base/suggest.h"

#include <algorithm>
#include <cstddef>

namespace pillion {
namespace {

constexpr std::size_t kNameBytesMax = 256;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool Separates(char c) { return c == ' ' || c == '_' || c == '-' || c == '.'; }

// `name` in small letters without what separates words.
std::string Folded(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (!Separates(c)) folded += Lower(c);
  }
  return folded;
}

// Optimal string alignment distance: edits between `a` and `b`, where no part is edited twice.
// At least `bound` + 1 is said where there are more than `bound`.
std::size_t Edits(std::string_view a, std::string_view b, std::size_t bound) {
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer - std::min(a.size(), b.size()) > bound) return bound + 1;
  std::vector<std::size_t> two_back(b.size() + 1);
  std::vector<std::size_t> back(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) back[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = back[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({back[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_back[j - 2] + 1);
      }
    }
    two_back.swap(back);
    back.swap(row);
  }
  return back[b.size()];
}

}  // namespace

std::optional<std::string_view> Nearest(std::string_view written,
                                        const std::vector<std::string_view>& names) {
  if (written.empty() || written.size() > kNameBytesMax) return std::nullopt;
  const std::string folded = Folded(written);
  std::optional<std::string_view> nearest;
  std::size_t edits_max = std::max<std::size_t>(1, written.size() / 4);
  for (const std::string_view name : names) {
    if (name.size() > kNameBytesMax) continue;
    const std::string other = Folded(name);
    if (other == folded && !folded.empty()) return name;
    // One letter is near to every other one.
    if (std::max(other.size(), folded.size()) < 2) continue;
    const std::size_t edits = Edits(folded, other, edits_max);
    if (edits > edits_max || (nearest && edits == edits_max)) continue;
    nearest = name;
    edits_max = edits;
  }
  return nearest;
}

std::string DidYouMean(std::string_view written, const std::vector<std::string_view>& names) {
  const std::optional<std::string_view> name = Nearest(written, names);
  return name ? "; did you mean '" + std::string(*name) + "'?" : std::string();
}

}  // namespace pillion
