#include "engine/graph/fused_assembler.h"

#include <algorithm>

#include "engine/linear/vector.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

using Part = FusedAssembler::Part;

// Entries that are not 0, in ascending order of their indices.
struct Entries {
  double* values;
  std::int32_t* indices;
  std::uint32_t count = 0;

  void Add(std::int32_t index, double value) noexcept {
    values[count] = value;
    indices[count] = index;
    count += value != 0.0 ? 1 : 0;
  }
};

// False: the label is refused.
bool FindIndex(const Part& part, const Value& value, double* index) noexcept {
  const std::uint32_t number = value.null ? LabelTable::kNone : part.index.labels->Find(value.text);
  *index = number != LabelTable::kNone ? number : part.index.unseen;
  return *index == *index;
}

// False: the number is refused, or is one that only the encoder itself can judge.
bool AddOneHot(const Part& part, double label, Entries& entries) noexcept {
  if (!(label >= 0 && label <= INT32_MAX)) return false;
  auto place = static_cast<std::int32_t>(label);
  if (static_cast<double>(place) != label) return false;
  if (place >= part.one_hot.categories) {
    if (!part.keep_invalid) return false;
    place = part.one_hot.categories;
  }
  if (place < part.one_hot.width) entries.Add(part.begin + place, 1.0);
  return true;
}

bool AddPart(const Part& part, const Value& value, Entries& entries) noexcept {
  double index = 0;
  switch (part.kind) {
    case Part::Kind::kNumber: entries.Add(part.begin, value.float64); return true;
    case Part::Kind::kScaledNumber: {
      // The inner assembler turned -0.0 into 0.0 before.
      const double x = value.float64 != 0.0 ? value.float64 : 0.0;
      entries.Add(part.begin, (x - part.mean) * part.factor);
      return true;
    }
    case Part::Kind::kLabelIndex:
      if (!FindIndex(part, value, &index)) return false;
      entries.Add(part.begin, index);
      return true;
    case Part::Kind::kOneHotNumber: return AddOneHot(part, value.float64, entries);
    case Part::Kind::kOneHotLabel:
      return FindIndex(part, value, &index) && AddOneHot(part, index, entries);
    case Part::Kind::kNothing: return true;
  }
  return false;
}

}  // namespace

ScoreCode FusedAssembler::Run(Arguments& arguments) const noexcept {
  // One place more than there can be entries: Add writes before it decides.
  Entries entries{arguments.Allocate<double>(parts_.size() + 1),
                  arguments.Allocate<std::int32_t>(parts_.size() + 1)};
  if (entries.values == nullptr || entries.indices == nullptr) return kUnusualRow;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    const Value& value = arguments.In(i);
    const bool text = part.kind == Part::Kind::kLabelIndex || part.kind == Part::Kind::kOneHotLabel;
    if (value.null && !text) return kUnusualRow;
    if (!AddPart(part, value, entries)) return kUnusualRow;
  }
  if (CompressesToSparse(entries.count, size_)) {
    arguments.Out() = SparseVector(entries.indices, entries.values, entries.count, size_);
    return ScoreCode::kOk;
  }
  auto* values = arguments.Allocate<double>(size_);
  if (values == nullptr) return kUnusualRow;
  std::fill_n(values, size_, 0.0);
  for (std::uint32_t i = 0; i < entries.count; ++i) values[entries.indices[i]] = entries.values[i];
  arguments.Out() = DenseVector(values, size_);
  return ScoreCode::kOk;
}

}  // namespace pillion
