// Family: recommendation.
//   als   the product of a user's and an item's factors; NaN for either unknown
// Formulas follow combust/mleap, core/recommendation/ALSModel.scala, on the portable Java BLAS.
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/linear/fused_sums.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class FactorTable {
 public:
  FactorTable() = default;
  explicit FactorTable(std::size_t rank) : rank_(rank) {}

  // Of equal ids the last counts.
  void Add(std::int32_t id, const std::vector<float>& factors) {
    rows_[id] = values_.size();
    values_.insert(values_.end(), factors.begin(),
                   factors.begin() + static_cast<std::ptrdiff_t>(rank_));
  }

  // False: unknown.
  bool Find(std::int32_t id, const float** factors) const noexcept {
    const auto it = rows_.find(id);
    if (it == rows_.end()) return false;
    *factors = values_.data() + it->second;
    return true;
  }

 private:
  std::size_t rank_ = 0;
  std::unordered_map<std::int32_t, std::size_t> rows_;  // the first of an id's factors
  std::vector<float> values_;
};

class AlsKernel final : public Kernel {
 public:
  AlsKernel(std::size_t rank, FactorTable users, FactorTable items)
      : rank_(rank), users_(std::move(users)), items_(std::move(items)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const float* user = nullptr;
    const float* item = nullptr;
    const bool known = users_.Find(arguments.In(0).As<std::int32_t>(), &user) &&
                       items_.Find(arguments.In(1).As<std::int32_t>(), &item);
    arguments.Out() = Value::Scalar(known ? DotFused(user, item, rank_)
                                          : std::numeric_limits<float>::quiet_NaN());
    return ScoreCode::kOk;
  }

 private:
  std::size_t rank_;
  FactorTable users_;
  FactorTable items_;
};

// Ids and factors beyond the shorter of both lists do not count.
FactorTable ReadFactors(OpSource& source, std::size_t rank, std::string_view ids_name,
                        std::string_view factors_name) {
  const std::vector<std::int32_t>& ids = source.Ints(ids_name);
  const std::vector<TensorAttribute>& factors = source.Tensors(factors_name);
  FactorTable table(rank);
  for (std::size_t i = 0; i < ids.size() && i < factors.size(); ++i) {
    const std::vector<float>& values = factors[i].floats;
    if (values.size() < rank) {
      source.Refuse(factors_name, "expected tensors of " + std::to_string(rank) +
                                      " floats, found one of " + std::to_string(values.size()));
      break;
    }
    table.Add(ids[i], values);
  }
  return table;
}

Operation CompileAls(OpSource& source) {
  const std::int32_t rank = source.Int("rank");
  if (rank < 0) source.Refuse("rank", "expected 0 or more, found " + std::to_string(rank));
  if (source.refused()) return {};
  const auto size = static_cast<std::size_t>(rank);
  FactorTable users = ReadFactors(source, size, "users", "user_factors");
  FactorTable items = ReadFactors(source, size, "items", "item_factors");
  const DataType id = DataType::Scalar(BasicType::kInt, false);
  return {.inputs = {{"user", id}, {"item", id}},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kFloat, false)}},
          .kernel = std::make_shared<AlsKernel>(size, std::move(users), std::move(items))};
}

constexpr OpRow kRows[] = {
    {"als", "Rating by factors of user and item", Exactness::kBits, CompileAls},
};

}  // namespace

const OpFamily kRecommenders = {"recommenders", "core/recommendation", kRows};

}  // namespace pillion
