#include "sidecar/commands/certificate_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "sidecar/certificate/difference.h"

namespace pillion {

std::string CertificateText(const Certificate& certificate) {
  std::string text = fmt::format("{}, {} rows{}\n", certificate.place, certificate.row_count,
                                 certificate.made_by.empty() ? "" : ", by " + certificate.made_by);
  std::size_t width = 6;
  for (const Certificate::Column& column : certificate.columns) {
    width = std::max(width, column.name.size());
  }
  text += fmt::format("{:<{}}  {:>8}  {:>8}  {:>8}  {}\n", "column", width, "equal", "ulps",
                      "allowed", "difference");
  for (const Certificate::Column& column : certificate.columns) {
    const std::string ulps =
        column.ulps_most == Difference::kApart ? "-" : std::to_string(column.ulps_most);
    text += fmt::format("{:<{}}  {:>8}  {:>8}  {:>8}  {}\n", column.name, width, column.equal, ulps,
                        column.ulps_allowed, column.difference_most);
  }
  return text + (certificate.Holds() ? "ok" : certificate.FirstMiss()) + "\n";
}

std::string CertificateJson(const Certificate& certificate) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  WriteCertificate(certificate, json);
  return text + "\n";
}

}  // namespace pillion
