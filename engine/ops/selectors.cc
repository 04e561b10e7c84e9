// Family: a choice of a vector's entries, in the model's order.
//   chi_sq_selector   the entries that a test chose; a sparse vector is walked along with the
//                     choice, which must ascend to be met in full
//   vector_slicer     the entries at given places, repeated where they are listed twice
// Dense vectors give dense ones, sparse vectors sparse ones.
// Behaviour follows combust/mleap, mleap-core/…/core/feature/{ChiSqSelector,VectorSlicer}Model.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

ScoreCode SelectDense(const VectorView& x, const std::vector<std::int32_t>& places,
                      Arguments& arguments) noexcept {
  auto* y = arguments.Allocate<double>(places.size());
  if (y == nullptr) return ScoreCode::kTooLarge;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0 || static_cast<std::uint32_t>(places[i]) >= x.size) {
      return ScoreCode::kIndexOutOfBounds;
    }
    y[i] = x.values[places[i]];
  }
  arguments.Out() = DenseVector(y, static_cast<std::uint32_t>(places.size()));
  return ScoreCode::kOk;
}

// Collects entries of a sparse result; at most `capacity` of them.
class SparseWriter {
 public:
  SparseWriter(const Arguments& arguments, std::size_t capacity) noexcept
      : indices_(arguments.Allocate<std::int32_t>(capacity)),
        values_(arguments.Allocate<double>(capacity)) {}

  bool HasRoom() const noexcept { return indices_ != nullptr && values_ != nullptr; }

  void Add(std::size_t index, double value) noexcept {
    indices_[count_] = static_cast<std::int32_t>(index);
    values_[count_++] = value;
  }

  Value Vector(std::size_t size) const noexcept {
    return SparseVector(indices_, values_, count_, static_cast<std::uint32_t>(size));
  }

 private:
  std::int32_t* indices_;
  double* values_;
  std::uint32_t count_ = 0;
};

class ChiSqSelectorKernel final : public Kernel {
 public:
  explicit ChiSqSelectorKernel(std::vector<std::int32_t> places) : places_(std::move(places)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    return x.dense() ? SelectDense(x, places_, arguments) : Walk(x, arguments);
  }

 private:
  ScoreCode Walk(const VectorView& x, Arguments& arguments) const noexcept {
    SparseWriter writer(arguments, std::min<std::size_t>(x.count, places_.size()));
    if (!writer.HasRoom()) return ScoreCode::kTooLarge;
    std::uint32_t k = 0;
    std::size_t i = 0;
    while (k < x.count && i < places_.size()) {
      if (x.indices[k] == places_[i]) {
        writer.Add(i++, x.values[k++]);
      } else if (x.indices[k] > places_[i]) {
        ++i;
      } else {
        ++k;
      }
    }
    arguments.Out() = writer.Vector(places_.size());
    return ScoreCode::kOk;
  }

  std::vector<std::int32_t> places_;
};

class VectorSlicerKernel final : public Kernel {
 public:
  explicit VectorSlicerKernel(std::vector<std::int32_t> places) : places_(std::move(places)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    return x.dense() ? SelectDense(x, places_, arguments) : LookUp(x, arguments);
  }

 private:
  // A place that the sparse vector does not have is a zero, not an error. Zeros are not stored,
  // even those that the vector stores.
  ScoreCode LookUp(const VectorView& x, Arguments& arguments) const noexcept {
    SparseWriter writer(arguments, places_.size());
    if (!writer.HasRoom()) return ScoreCode::kTooLarge;
    const std::int32_t* end = x.indices + x.count;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::int32_t* it = std::lower_bound(x.indices, end, places_[i]);
      if (it == end || *it != places_[i]) continue;
      const double value = x.values[it - x.indices];
      if (value != 0.0) writer.Add(i, value);
    }
    arguments.Out() = writer.Vector(places_.size());
    return ScoreCode::kOk;
  }

  std::vector<std::int32_t> places_;
};

// Bundles hold places as 64-bit numbers; their readers cut them to 32 bits.
std::vector<std::int32_t> ReadPlaces(OpSource& source, std::string_view name) {
  std::vector<std::int32_t> places;
  for (const std::int64_t place : source.Longs(name)) {
    places.push_back(static_cast<std::int32_t>(place));
  }
  return places;
}

template <typename SelectorKernel>
Operation MakeSelector(OpSource& source, std::vector<std::int32_t> places) {
  const DataType input = DataType::Vector(std::max(source.Int("input_size"), kAnySize));
  const DataType output = DataType::Vector(static_cast<std::int32_t>(places.size()));
  return {.inputs = {{"input", input}},
          .outputs = {{"output", output}},
          .kernel = std::make_shared<SelectorKernel>(std::move(places))};
}

Operation CompileChiSqSelector(OpSource& source) {
  return MakeSelector<ChiSqSelectorKernel>(source, ReadPlaces(source, "filter_indices"));
}

Operation CompileVectorSlicer(OpSource& source) {
  std::vector<std::int32_t> places = ReadPlaces(source, "indices");
  const std::size_t named = source.Strings("names").size();
  const std::vector<std::int32_t>& named_places = source.Ints("named_indices");
  const auto count = static_cast<std::ptrdiff_t>(std::min(named, named_places.size()));
  places.insert(places.end(), named_places.begin(), named_places.begin() + count);
  return MakeSelector<VectorSlicerKernel>(source, std::move(places));
}

constexpr OpRow kRows[] = {
    {"chi_sq_selector", "Features that a test of independence chose", Exactness::kBits,
     CompileChiSqSelector},
    {"vector_slicer", "Entries of a vector at given places", Exactness::kBits, CompileVectorSlicer},
};

}  // namespace

const OpFamily kSelectors = {"selectors", "core/feature", kRows};

}  // namespace pillion
