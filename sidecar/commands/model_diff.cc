#include "sidecar/commands/model_diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "engine/stage_contents.h"

namespace pillion {
namespace {

constexpr std::size_t kExamples = 3;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

void DiffColumns(std::string_view kind, const Schema& a, const Schema& b, std::string& text) {
  const auto find = [](const Schema& schema, const std::string& name) {
    return std::ranges::find(schema, name, &Field::name);
  };
  for (const Field& field : a) {
    const auto other = find(b, field.name);
    if (other == b.end()) {
      text += fmt::format("- {} {}: {}\n", kind, Quote(field.name), Describe(field.type));
    } else if (!(other->type == field.type)) {
      text += fmt::format("~ {} {}: {} -> {}\n", kind, Quote(field.name), Describe(field.type),
                          Describe(other->type));
    }
  }
  for (const Field& field : b) {
    if (find(a, field.name) != a.end()) continue;
    text += fmt::format("+ {} {}: {}\n", kind, Quote(field.name), Describe(field.type));
  }
}

std::string NameOf(const Stage& stage) {
  std::vector<std::string> outputs;
  for (const auto& column : stage.output_columns) {
    if (column) outputs.push_back(*column);
  }
  return fmt::format("{} -> {}", stage.op, fmt::join(outputs, ", "));
}

// [stage of a]: that of b which stands for it, or kNone.
std::vector<std::size_t> Match(const std::vector<Stage>& a, const std::vector<Stage>& b) {
  std::vector<std::size_t> matches(a.size(), kNone);
  std::set<std::size_t> left;
  for (std::size_t j = 0; j < b.size(); ++j) left.insert(j);
  const auto match = [&](auto&& alike) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (matches[i] != kNone) continue;
      const auto found =
          std::ranges::find_if(left, [&](std::size_t j) { return alike(a[i], b[j]); });
      if (found == left.end()) continue;
      matches[i] = *found;
      left.erase(found);
    }
  };
  match([](const Stage& x, const Stage& y) {
    return x.op == y.op && x.output_columns == y.output_columns;
  });
  match([](const Stage& x, const Stage& y) { return x.op == y.op; });
  return matches;
}

std::string SomeOf(const std::vector<std::string>& texts) {
  std::vector<std::string> some;
  for (std::size_t i = 0; i < std::min(kExamples, texts.size()); ++i) {
    some.push_back(Quote(texts[i]));
  }
  if (texts.size() > kExamples) some.emplace_back("...");
  return fmt::format("{}", fmt::join(some, ", "));
}

std::string DiffTexts(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.size() == 1 && b.size() == 1) return Quote(a[0]) + " -> " + Quote(b[0]);
  std::vector<std::string> from = a;
  std::vector<std::string> to = b;
  std::ranges::sort(from);
  std::ranges::sort(to);
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::ranges::set_difference(to, from, std::back_inserter(added));
  std::ranges::set_difference(from, to, std::back_inserter(removed));
  std::vector<std::string> parts;
  if (!added.empty()) parts.push_back(fmt::format("{} added ({})", added.size(), SomeOf(added)));
  if (!removed.empty()) {
    parts.push_back(fmt::format("{} removed ({})", removed.size(), SomeOf(removed)));
  }
  if (parts.empty()) parts.emplace_back("another order");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string DiffNumbers(const std::vector<double>& a, const std::vector<double>& b) {
  if (a == b) return {};
  if (a.size() != b.size()) return fmt::format("{} numbers -> {} numbers", a.size(), b.size());
  if (a.size() == 1) return fmt::format("{} -> {}", a[0], b[0]);
  std::size_t count = 0;
  std::size_t furthest = kNone;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    ++count;
    if (furthest == kNone || std::abs(a[i] - b[i]) > std::abs(a[furthest] - b[furthest])) {
      furthest = i;
    }
  }
  if (furthest == kNone) return {};
  return fmt::format("{} of {} differ, furthest number {}: {} -> {}", count, a.size(), furthest,
                     a[furthest], b[furthest]);
}

std::string DiffAttribute(const StageAttribute& a, const StageAttribute& b) {
  const std::string numbers = DiffNumbers(a.numbers, b.numbers);
  const std::string texts = a.texts == b.texts ? "" : DiffTexts(a.texts, b.texts);
  return numbers + (numbers.empty() || texts.empty() ? "" : "; ") + texts;
}

void DiffContents(const std::string& stage, const StageContents& a, const StageContents& b,
                  std::string& text) {
  for (const auto& [name, attribute] : a.attributes) {
    const auto other = b.attributes.find(name);
    if (other == b.attributes.end()) {
      text += fmt::format("- {}, {}\n", stage, name);
    } else if (const std::string diff = DiffAttribute(attribute, other->second); !diff.empty()) {
      text += fmt::format("~ {}, {}: {}\n", stage, name, diff);
    }
  }
  for (const auto& [name, attribute] : b.attributes) {
    if (!a.attributes.contains(name)) text += fmt::format("+ {}, {}\n", stage, name);
  }
  std::size_t changed = 0;
  std::size_t removed = 0;
  for (const auto& [path, hash] : a.files) {
    const auto other = b.files.find(path);
    if (other == b.files.end()) ++removed;
    if (other != b.files.end() && !(other->second == hash)) ++changed;
  }
  const std::size_t added = b.files.size() - (a.files.size() - removed);
  if (changed + removed + added == 0) return;
  text += fmt::format("~ {}, files: {} of {} differ, {} added, {} removed\n", stage, changed,
                      a.files.size(), added, removed);
}

Result<std::string> DiffStages(const Model& a, const Model& b) {
  std::vector<StageContents> contents_a;
  std::vector<StageContents> contents_b;
  PILLION_ASSIGN(contents_a, ReadStageContents(a));
  PILLION_ASSIGN(contents_b, ReadStageContents(b));
  const std::vector<std::size_t> matches = Match(a.stages(), b.stages());
  std::string text;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Stage& stage = a.stages()[i];
    if (matches[i] == kNone) {
      text += fmt::format("- stage {}\n", NameOf(stage));
      continue;
    }
    const Stage& other = b.stages()[matches[i]];
    if (stage.input_columns != other.input_columns ||
        stage.output_columns != other.output_columns) {
      text += fmt::format("~ stage {}: {} -> {} to {}\n", NameOf(stage),
                          fmt::join(stage.input_columns, ", "),
                          fmt::join(other.input_columns, ", "), NameOf(other));
    }
    if (contents_a.empty() || contents_b.empty()) continue;
    DiffContents(NameOf(other), contents_a[i], contents_b[matches[i]], text);
  }
  for (std::size_t j = 0; j < b.stages().size(); ++j) {
    if (std::ranges::find(matches, j) != matches.end()) continue;
    text += fmt::format("+ stage {}\n", NameOf(b.stages()[j]));
  }
  return text;
}

}  // namespace

Result<std::string> DiffModels(const Model& a, const Model& b) {
  std::string text;
  DiffColumns("input", a.inputs(), b.inputs(), text);
  DiffColumns("output", a.outputs(), b.outputs(), text);
  std::string stages;
  PILLION_ASSIGN(stages, DiffStages(a, b));
  return text + stages;
}

}  // namespace pillion
