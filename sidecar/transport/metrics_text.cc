#include "sidecar/transport/metrics_text.h"

#include <charconv>

namespace pillion {
namespace {

void AppendLabelValue(std::string_view value, std::string& text) {
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
}

std::string Shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof(digits), value).ptr};
}

std::string Seconds(std::uint64_t ns) { return Shortest(static_cast<double>(ns) / 1e9); }

}  // namespace

void MetricsText::Family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::Sample(double value, const Labels& labels) { AddSample(Shortest(value), labels); }

void MetricsText::Samples(std::span<const std::uint64_t> bounds_ns,
                          std::span<const std::uint64_t> counts, std::uint64_t sum_ns,
                          const Labels& labels) {
  AddBuckets(
      bounds_ns.size(), [&](std::size_t i) { return Seconds(bounds_ns[i]); }, counts,
      Seconds(sum_ns), labels);
}

void MetricsText::Samples(std::span<const double> bounds, std::span<const std::uint64_t> counts,
                          double sum, const Labels& labels) {
  AddBuckets(
      bounds.size(), [&](std::size_t i) { return Shortest(bounds[i]); }, counts, Shortest(sum),
      labels);
}

void MetricsText::AddBuckets(std::size_t bounds,
                             const std::function<std::string(std::size_t)>& bound_of,
                             std::span<const std::uint64_t> counts, std::string_view sum,
                             const Labels& labels) {
  Labels with_bound = labels;
  with_bound.emplace_back("le", "");
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string bound = i < bounds ? bound_of(i) : "+Inf";
    with_bound.back().second = bound;
    so_far += counts[i];
    AddSample(std::to_string(so_far), with_bound, "_bucket");
  }
  AddSample(sum, labels, "_sum");
  AddSample(std::to_string(so_far), labels, "_count");
}

void MetricsText::AddSample(std::string_view value, const Labels& labels, std::string_view suffix) {
  text_.append(name_).append(suffix);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text_.append(i == 0 ? "{" : ",").append(labels[i].first).append("=\"");
    AppendLabelValue(labels[i].second, text_);
    text_ += '"';
  }
  text_.append(labels.empty() ? " " : "} ").append(value).append("\n");
}

}  // namespace pillion
