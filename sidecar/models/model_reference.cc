#include "sidecar/models/model_reference.h"

#include <algorithm>
#include <cstddef>

namespace pillion {
namespace {

constexpr std::size_t kPartBytesMax = 255;  // of a file's name

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The digits that `text` begins with, without zeros in front.
std::string_view Digits(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, IsDigit);
  std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

bool IsPart(std::string_view text) {
  const auto bad = [](char c) {
    return c == '@' || c == ':' || c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  return !text.empty() && text.size() <= kPartBytesMax && std::ranges::none_of(text, bad);
}

}  // namespace

tl::expected<ModelReference, std::string> ModelReference::Parse(std::string_view text) {
  const std::size_t mark = text.find_first_of("@:");
  ModelReference reference{std::string(text.substr(0, mark)), {}, {}};
  bool good = IsPart(reference.name);
  if (mark != std::string_view::npos) {
    std::string& part = text[mark] == '@' ? reference.version : reference.label;
    part = text.substr(mark + 1);
    good = good && IsPart(part);
  }
  if (good) return reference;
  return tl::unexpected("'" + std::string(text) +
                        "' names no model: a name is NAME, NAME@VERSION or NAME:LABEL, without /");
}

std::string ModelReference::Text() const {
  if (!version.empty()) return name + "@" + version;
  return label.empty() ? name : name + ":" + label;
}

bool VersionLess::operator()(std::string_view a, std::string_view b) const {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (IsDigit(a.front()) && IsDigit(b.front())) {
      const std::string_view number_a = Digits(a);
      const std::string_view number_b = Digits(b);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
      a.remove_prefix(static_cast<std::size_t>(number_a.end() - a.begin()));
      b.remove_prefix(static_cast<std::size_t>(number_b.end() - b.begin()));
    } else if (a.front() != b.front()) {
      return a.front() < b.front();
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;  // "1" and "01" are two
}

}  // namespace pillion
