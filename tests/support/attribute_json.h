// Attributes of a model.json, as text.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillion::testing {

inline std::string DoubleJson(double x) { return fmt::format(R"({{"double": {}}})", x); }
inline std::string LongJson(std::int64_t x) { return fmt::format(R"({{"long": {}}})", x); }
inline std::string IntJson(std::int64_t x) { return fmt::format(R"({{"int": {}}})", x); }
inline std::string StringJson(std::string_view x) {
  return fmt::format(R"({{"string": "{}"}})", x);
}

inline std::string ListJson(const std::vector<double>& values) {
  return fmt::format(R"({{"type": "list", "double": [{}]}})", fmt::join(values, ", "));
}
inline std::string LongListJson(const std::vector<std::int64_t>& values) {
  return fmt::format(R"({{"type": "list", "long": [{}]}})", fmt::join(values, ", "));
}
inline std::string IntListJson(const std::vector<std::int64_t>& values) {
  return fmt::format(R"({{"type": "list", "int": [{}]}})", fmt::join(values, ", "));
}
inline std::string StringListJson(const std::vector<std::string>& values) {
  return fmt::format(R"({{"type": "list", "string": ["{}"]}})", fmt::join(values, R"(", ")"));
}

// {"double": [...], "shape": ...}, what a tensor and each element of a list of tensors hold.
inline std::string TensorBody(std::string_view base, const std::vector<double>& values,
                              const std::vector<std::int32_t>& dimensions) {
  std::vector<std::string> sizes;
  for (const std::int32_t size : dimensions) {
    sizes.push_back(fmt::format(R"({{"size": {}, "name": ""}})", size));
  }
  return fmt::format(R"("{}": [{}], "shape": {{"dimensions": [{}]}})", base,
                     fmt::join(values, ", "), fmt::join(sizes, ", "));
}
inline std::string TensorJson(const std::vector<double>& values,
                              const std::vector<std::int32_t>& dimensions) {
  return fmt::format(R"({{{}, "type": "tensor"}})", TensorBody("double", values, dimensions));
}
inline std::string VectorJson(const std::vector<double>& values) {
  return TensorJson(values, {static_cast<std::int32_t>(values.size())});
}

using NamedJson = std::pair<std::string_view, std::string>;

inline std::string AttributesJson(std::initializer_list<NamedJson> attributes) {
  std::vector<std::string> members;
  for (const auto& [name, json] : attributes)
    members.push_back(fmt::format(R"("{}": {})", name, json));
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

inline std::string ModelJson(std::string_view op, const std::string& attributes) {
  return fmt::format(R"({{"op": "{}", "attributes": {}}})", op, attributes);
}

}  // namespace pillion::testing
