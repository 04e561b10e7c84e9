// Family: products of powers of a vector's entries.
//   polynomial_expansion           all terms up to a degree, without the constant
//   sklearn_polynomial_expansion   the terms that a text lists, such as "[x0,x1,x0^2,x0 x1]"
// Behaviour follows combust/mleap, mleap-core/…/core/feature/PolynomialExpansionModel.scala and
// core/sklearn/PolynomialFeaturesModel.scala.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/java/math.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

// Terms in `variables` variables up to `degree`, the constant included: C(variables + degree,
// degree). Absent beyond 32 bits.
std::optional<std::int64_t> TermCount(std::int64_t variables, std::int64_t degree) noexcept {
  const std::int64_t least = std::min(variables, degree);
  std::int64_t count = 1;
  for (std::int64_t i = 1; i <= least; ++i) {
    count = count * (std::max(variables, degree) + i) / i;  // exact: C(n + i, i)
    if (count > INT32_MAX) return std::nullopt;
  }
  return count;
}

// Whether no product of `degree` entries can be infinite.
bool AllTermsFinite(const VectorView& x, std::int64_t degree) noexcept {
  double largest = 1.0;
  for (const double entry : x.Values()) {
    if (!std::isfinite(entry)) return false;
    largest = std::max(largest, std::abs(entry));
  }
  double product = 1.0;
  for (std::int64_t i = 0; i < degree && largest > 1.0 && std::isfinite(product); ++i) {
    product *= largest;
  }
  return std::isfinite(product);
}

// Walks the terms from the last variable to the first. The terms of variables 0…k up to a degree
// are, for each power of variable k, those of 0…k-1 up to what is left of the degree; a product
// that has become 0 ends its branch. Without recursion, as there can be a million variables.
class TermWalk {
 public:
  // Entries of `x` that are 0 make no terms, unless they meet an infinite product and make it NaN.
  // Room is taken from `arguments`.
  TermWalk(const VectorView& x, std::int64_t degree, Arguments& arguments) noexcept
      : indices_(arguments.Allocate<std::int32_t>(x.count)),
        values_(arguments.Allocate<double>(x.count)),
        levels_(arguments.Allocate<Level>(std::size_t{x.count} + 1)) {
    if (!HasRoom()) return;
    const bool skips_zeros = AllTermsFinite(x, degree);
    for (std::uint32_t k = 0; k < x.count; ++k) {
      if (skips_zeros && x.values[k] == 0.0) continue;
      indices_[count_] = x.dense() ? static_cast<std::int32_t>(k) : x.indices[k];
      values_[count_++] = x.values[k];
    }
  }

  bool HasRoom() const noexcept {
    return indices_ != nullptr && values_ != nullptr && levels_ != nullptr;
  }
  std::uint32_t count() const noexcept { return count_; }

  // Calls `term(index, product)` in ascending order of index, until it answers false. The
  // constant has index -1. REQUIRES: HasRoom(), and TermCount(x.size, degree) exists.
  template <typename F>
  bool ForEachTerm(std::int64_t degree, F term) noexcept {
    if (count_ == 0 || degree == 0) return term(-1, 1.0);
    std::uint32_t depth = 0;
    levels_[0] = {degree, 0, -1, 1.0};
    for (;;) {
      Level& level = levels_[depth];
      const std::uint32_t variable = count_ - 1 - depth;
      if (level.power > level.degree || level.product == 0.0) {
        if (depth-- == 0) return true;
        continue;
      }
      const std::int64_t left = level.degree - level.power;
      const std::int64_t begin = level.next_index;
      const double product = level.product;
      level.next_index += *TermCount(indices_[variable], left);
      level.product *= values_[variable];
      ++level.power;
      if (left > 0 && variable > 0) {
        levels_[++depth] = {left, 0, begin, product};
      } else if (!term(begin, product)) {
        return false;
      }
    }
  }

 private:
  // One variable's place in the walk.
  struct Level {
    std::int64_t degree;      // left for this variable and those before it
    std::int64_t power;       // of this variable
    std::int64_t next_index;  // of the first term with this power
    double product;           // of the powers of this and the later variables
  };

  std::int32_t* indices_;
  double* values_;
  Level* levels_;
  std::uint32_t count_ = 0;
};

class PolynomialExpansionKernel final : public Kernel {
 public:
  PolynomialExpansionKernel(std::int64_t degree, std::uint32_t dense_size)
      : degree_(degree), dense_size_(dense_size) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const std::optional<std::int64_t> term_count = TermCount(x.size, degree_);
    TermWalk walk(x, degree_, arguments);
    if (!term_count || !walk.HasRoom()) return ScoreCode::kTooLarge;
    return x.dense() ? ExpandDense(walk, arguments)
                     : ExpandSparse(walk, *term_count - 1, arguments);
  }

 private:
  // As long as the model says, whatever the length of the vector.
  ScoreCode ExpandDense(TermWalk& walk, Arguments& arguments) const noexcept {
    auto* y = arguments.Allocate<double>(dense_size_);
    if (y == nullptr) return ScoreCode::kTooLarge;
    std::fill_n(y, dense_size_, 0.0);
    const bool fits = walk.ForEachTerm(degree_, [&](std::int64_t index, double product) {
      if (index >= std::int64_t{dense_size_}) return false;
      if (index >= 0) y[index] = product;
      return true;
    });
    if (!fits) return ScoreCode::kIndexOutOfBounds;
    arguments.Out() = DenseVector(y, dense_size_);
    return ScoreCode::kOk;
  }

  ScoreCode ExpandSparse(TermWalk& walk, std::int64_t size, Arguments& arguments) const noexcept {
    const std::optional<std::int64_t> capacity = TermCount(walk.count(), degree_);
    if (!capacity) return ScoreCode::kTooLarge;
    auto* indices = arguments.Allocate<std::int32_t>(static_cast<std::size_t>(*capacity));
    auto* values = arguments.Allocate<double>(static_cast<std::size_t>(*capacity));
    if (indices == nullptr || values == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    walk.ForEachTerm(degree_, [&](std::int64_t index, double product) {
      if (index < 0) return true;
      indices[count] = static_cast<std::int32_t>(index);
      values[count++] = product;
      return true;
    });
    arguments.Out() = SparseVector(indices, values, count, static_cast<std::uint32_t>(size));
    return ScoreCode::kOk;
  }

  std::int64_t degree_;
  std::uint32_t dense_size_;
};

Operation CompilePolynomialExpansion(OpSource& source) {
  const auto degree = static_cast<std::int32_t>(source.Long("degree"));
  const auto input_size = static_cast<std::int32_t>(source.Long("input_size"));
  if (degree < 0) source.Refuse("degree", "expected 0 or more, found " + std::to_string(degree));
  if (input_size < 0) {
    source.Refuse("input_size", "expected 0 or more, found " + std::to_string(input_size));
  }
  if (degree < 0 || input_size < 0) return {};
  const std::optional<std::int64_t> terms = TermCount(input_size, degree);
  const std::uint64_t terms_max = source.limits().row_bytes_max / sizeof(double);
  if (!terms || static_cast<std::uint64_t>(*terms) > terms_max) {
    source.Refuse("degree",
                  "degree " + std::to_string(degree) + " of " + std::to_string(input_size) +
                      " variables makes more terms than the limit of " + std::to_string(terms_max),
                  LoadCode::kOverLimit);
    return {};
  }
  const auto size = static_cast<std::int32_t>(*terms - 1);
  return {.inputs = {{"input", DataType::Vector(input_size)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<PolynomialExpansionKernel>(degree,
                                                                static_cast<std::uint32_t>(size))};
}

struct Factor {
  std::int32_t index = 0;
  std::int32_t power = 1;
};

// A term without factors is 1: scikit-learn's bias.
using Term = std::vector<Factor>;

class ListedTermsKernel final : public Kernel {
 public:
  explicit ListedTermsKernel(std::vector<Term> terms) : terms_(std::move(terms)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    auto* y = arguments.Allocate<double>(terms_.size());
    if (y == nullptr) return ScoreCode::kTooLarge;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      y[i] = 1.0;
      for (const Factor& factor : terms_[i]) {
        const auto index = static_cast<std::uint32_t>(factor.index);
        if (index >= x.size) return ScoreCode::kIndexOutOfBounds;
        y[i] *= JavaPow(EntryAt(x, index), factor.power);
      }
    }
    arguments.Out() = DenseVector(y, static_cast<std::uint32_t>(terms_.size()));
    return ScoreCode::kOk;
  }

 private:
  std::vector<Term> terms_;
};

// Reads the digits at the front of `*text` and takes them away; absent: no digit there, or a
// number beyond 32 bits, which `*overflow` tells apart.
std::optional<std::int32_t> TakeNumber(std::string_view* text, bool* overflow) {
  if (text->empty() || text->front() < '0' || text->front() > '9') return std::nullopt;
  std::int32_t number = 0;
  const char* end = text->data() + text->size();
  const auto [after, error] = std::from_chars(text->data(), end, number);
  text->remove_prefix(static_cast<std::size_t>(after - text->data()));
  if (error == std::errc()) return number;
  *overflow = true;
  return std::nullopt;
}

// All "x<digits>" and "x<digits>^<digits>" of `text`; what stands between them does not count.
Term ParseTerm(std::string_view text, bool* overflow) {
  Term term;
  while (!text.empty()) {
    const bool is_variable = text.front() == 'x';
    text.remove_prefix(1);
    if (!is_variable) continue;
    const std::optional<std::int32_t> index = TakeNumber(&text, overflow);
    if (!index) continue;
    Factor factor{*index, 1};
    if (text.starts_with('^')) {
      std::string_view rest = text.substr(1);
      if (const std::optional<std::int32_t> power = TakeNumber(&rest, overflow)) {
        factor.power = *power;
        text = rest;
      }
    }
    term.push_back(factor);
  }
  return term;
}

// Pieces between commas, without the empty ones at the end, as Java splits.
std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',', begin)) {
    pieces.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  const bool has_comma = !pieces.empty();
  pieces.push_back(text.substr(begin));
  while (has_comma && !pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

Operation CompileListedTerms(OpSource& source) {
  const std::string text = source.String("combinations");
  std::vector<Term> terms;
  std::set<std::int32_t> variables;
  bool overflow = false;
  for (const std::string_view piece : SplitAtCommas(text)) {
    terms.push_back(ParseTerm(piece, &overflow));
    for (const Factor& factor : terms.back()) variables.insert(factor.index);
  }
  if (overflow) source.Refuse("combinations", "expected numbers of 32 bits, found a larger one");
  return {.inputs = {{"input", DataType::Vector(static_cast<std::int32_t>(variables.size()))}},
          .outputs = {{"output", DataType::Vector(static_cast<std::int32_t>(terms.size()))}},
          .kernel = std::make_shared<ListedTermsKernel>(std::move(terms))};
}

constexpr OpRow kRows[] = {
    {"polynomial_expansion", "All products of entries up to a degree", Exactness::kBits,
     CompilePolynomialExpansion},
    {"sklearn_polynomial_expansion", "Listed products of powers of entries", Exactness::kUlp4,
     CompileListedTerms},
};

}  // namespace

const OpFamily kPolynomials = {"polynomials", "core/feature, core/sklearn", kRows};

}  // namespace pillion
