// Builds Prometheus' text format, 0.0.4. Knows no metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillion {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  // What follows are its samples. `help` has one line.
  void Counter(std::string_view name, std::string_view help) { Family(name, "counter", help); }
  void Histogram(std::string_view name, std::string_view help) { Family(name, "histogram", help); }
  void Gauge(std::string_view name, std::string_view help) { Family(name, "gauge", help); }
  void Sample(std::uint64_t value, const Labels& labels = {}) {
    AddSample(std::to_string(value), labels);
  }
  void Sample(double value, const Labels& labels = {});
  // Of a histogram: how many lie in each bucket, of which the last has no bound.
  void Samples(std::span<const std::uint64_t> bounds_ns, std::span<const std::uint64_t> counts,
               std::uint64_t sum_ns, const Labels& labels);
  void Samples(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum,
               const Labels& labels);

  const std::string& text() const { return text_; }

 private:
  void Family(std::string_view name, std::string_view type, std::string_view help);
  // `bound_of(i)`: the bound of bucket `i` as text.
  void AddBuckets(std::size_t bounds, const std::function<std::string(std::size_t)>& bound_of,
                  std::span<const std::uint64_t> counts, std::string_view sum,
                  const Labels& labels);
  void AddSample(std::string_view value, const Labels& labels, std::string_view suffix = {});

  std::string name_;
  std::string text_;
};

}  // namespace pillion
