// What loading reports: problems with a place. Used on the control plane only; scoring answers
// with ScoreCode.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace pillion {

enum class LoadCode : std::uint8_t {
  kNotFound,     // nothing that can be read at the path
  kBadArchive,   // the container: zip structure, sizes, names
  kBadBundle,    // the content: missing members, JSON, protobuf, impossible attributes
  kUnsupported,  // an op or a value that Pillion does not know
  kOverLimit,    // a cap of Limits
  kBadSchema,    // columns that do not fit together
};

struct Problem {
  LoadCode code = LoadCode::kBadBundle;
  // Path in the bundle and attribute: "root/lr.node/model.json: coefficients". Empty: the whole.
  std::string where;
  std::string what;  // found and expected
};

// Everything that stands in the way, in the order of the bundle. Never empty.
struct LoadError {
  std::vector<Problem> problems;

  LoadError(LoadCode code, std::string where, std::string what)
      : problems{{code, std::move(where), std::move(what)}} {}
  explicit LoadError(std::vector<Problem> all) : problems(std::move(all)) {}

  // One line a problem: "where: what".
  std::string Text() const;
  // The same, found in `place`: each problem's own place stands behind it.
  LoadError In(std::string_view place) &&;
};

template <typename T>
using Result = tl::expected<T, LoadError>;

inline tl::unexpected<LoadError> Fail(LoadCode code, std::string where, std::string what) {
  return tl::unexpected<LoadError>(LoadError(code, std::move(where), std::move(what)));
}

}  // namespace pillion

// Evaluates a Result; on an error returns it from the enclosing function, else assigns the value.
#define PILLION_CONCAT_INNER(a, b) a##b
#define PILLION_CONCAT(a, b) PILLION_CONCAT_INNER(a, b)
#define PILLION_ASSIGN(target, expression) \
  PILLION_ASSIGN_INNER(PILLION_CONCAT(result_, __LINE__), target, expression)
#define PILLION_ASSIGN_INNER(result, target, expression)                               \
  auto result = (expression);                                                          \
  if (!result) return tl::unexpected<::pillion::LoadError>(std::move(result).error()); \
  target = std::move(*result)
#define PILLION_TRY(expression)                                                   \
  do {                                                                            \
    if (auto result_try = (expression); !result_try)                              \
      return tl::unexpected<::pillion::LoadError>(std::move(result_try).error()); \
  } while (false)
