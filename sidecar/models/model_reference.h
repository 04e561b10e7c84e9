// How clients and operators name a model: "house" is the version that is published, "house@3" a
// version, "house:canary" the one that the label points at.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pillion {

struct ModelReference {
  std::string name;
  std::string version;  // empty: none is named
  std::string label;    // empty: none is named; never beside a version

  // An error says what is wrong with the text.
  static tl::expected<ModelReference, std::string> Parse(std::string_view text);
  std::string Text() const;
};

// Of versions: numbers within them count as numbers, so that "9" comes before "10" and "1.9" before
// "1.10".
struct VersionLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

}  // namespace pillion
