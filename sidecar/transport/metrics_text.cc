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

}  // namespace

void MetricsText::Family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::Sample(double value, const Labels& labels) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  AddSample({digits, static_cast<std::size_t>(end - digits)}, labels);
}

void MetricsText::AddSample(std::string_view value, const Labels& labels) {
  text_ += name_;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text_.append(i == 0 ? "{" : ",").append(labels[i].first).append("=\"");
    AppendLabelValue(labels[i].second, text_);
    text_ += '"';
  }
  text_.append(labels.empty() ? " " : "} ").append(value).append("\n");
}

}  // namespace pillion
