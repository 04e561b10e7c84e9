#include "engine/files/location.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "base/quote.h"

namespace pillion {
namespace {

struct RemoteScheme {
  std::string_view scheme;
  std::string_view copy;  // the command that fetches such a file
};

constexpr RemoteScheme kRemoteSchemes[] = {
    {"hdfs", "hdfs dfs -get URI ."},
    {"viewfs", "hdfs dfs -get URI ."},
    {"webhdfs", "hdfs dfs -get URI ."},
    {"s3", "aws s3 cp URI ."},
    {"s3a", "hadoop fs -get URI . (or aws s3 cp, with s3: for s3a:)"},
    {"s3n", "hadoop fs -get URI . (or aws s3 cp, with s3: for s3n:)"},
    {"gs", "gcloud storage cp URI ."},
    {"dbfs", "databricks fs cp URI ."},
    {"wasb", "hadoop fs -get URI ., or azcopy"},
    {"wasbs", "hadoop fs -get URI ., or azcopy"},
    {"abfs", "hadoop fs -get URI ., or azcopy"},
    {"abfss", "hadoop fs -get URI ., or azcopy"},
    {"adl", "hadoop fs -get URI ., or azcopy"},
    {"http", "curl -fLO URI"},
    {"https", "curl -fLO URI"},
    {"ftp", "curl -O URI"},
    {"sftp", "scp"},
    {"ssh", "scp"},
    {"models", "mlflow artifacts download -u URI"},
    {"runs", "mlflow artifacts download -u URI"},
    {"mlflow-artifacts", "mlflow artifacts download -u URI"},
};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string InSmallLetters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

// What stands before the first ':' if it has the form of a scheme, in small letters; else "". One
// letter is a drive of Windows.
std::string SchemeOf(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2 || !IsLetter(text.front())) return {};
  const std::string_view scheme = text.substr(0, colon);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return is_scheme ? InSmallLetters(scheme) : std::string();
}

tl::unexpected<LoadError> Refuse(std::string what) {
  return Fail(LoadCode::kNotFound, "", std::move(what));
}

std::string Remote(std::string_view scheme, std::string_view copy) {
  std::string text = "a URI of the scheme " + Quote(scheme) +
                     ", but only files of this machine are read: copy the bundle here";
  if (!copy.empty()) text.append(", as with `").append(copy).append("`,");
  return text + " and name the copy";
}

Result<std::string> DecodePercents(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, byte, 16);
    if (digits.size() != 2 || stop != end || error != std::errc() || byte == 0) {
      return Refuse("a URI, in which " + Quote(text.substr(i, 3)) +
                    " stands for no character (a percent sign itself is %25)");
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

// `text` is what stands behind "file:".
Result<std::string> PathOfFileUri(std::string_view text) {
  if (text.starts_with("//")) {
    const std::size_t slash = std::min(text.find('/', 2), text.size());
    const std::string_view host = text.substr(2, slash - 2);
    if (!host.empty() && InSmallLetters(host) != "localhost") {
      return Refuse("a URI of a file on the host " + Quote(host) +
                    ", but only files of this machine are read: file:///PATH names one");
    }
    text.remove_prefix(slash);
  }
  if (text.empty()) return Refuse("a URI without a path; file:///PATH names a file");
  if (const std::size_t at = text.find_first_of("?#"); at != std::string_view::npos) {
    return Refuse("a URI with a query or a fragment; in a file's name '?' is written %3F and " +
                  std::string("'#' is written %23"));
  }
  return DecodePercents(text);
}

Result<Location> ReadUri(std::string_view scheme, std::string_view rest) {
  Location location;
  if (scheme == "file") {
    std::string path;
    PILLION_ASSIGN(path, PathOfFileUri(rest));
    location.path = std::move(path);
    return location;
  }
  // jar:URI or jar:URI!/folder
  const std::size_t mark = std::min(rest.find("!/"), rest.size());
  std::string_view folder = rest.substr(std::min(mark + 2, rest.size()));
  while (folder.ends_with('/')) folder.remove_suffix(1);
  const std::string_view outer = rest.substr(0, mark);
  if (SchemeOf(outer) == "jar") return Refuse("a URI of a zip inside a zip: unpack the outer one");
  PILLION_ASSIGN(location, ReadLocation(outer));
  PILLION_ASSIGN(location.folder, DecodePercents(folder));
  return location;
}

}  // namespace

Result<Location> ReadLocation(std::string_view text) {
  if (text == "-") {
    return Refuse("a bundle is not read from standard input: name a file or a directory");
  }
  const Location as_path{std::string(text), {}};
  std::error_code ignored;
  const std::string scheme = SchemeOf(text);
  if (scheme.empty() || std::filesystem::exists(as_path.path, ignored)) return as_path;
  const std::string_view rest = text.substr(scheme.size() + 1);
  if (scheme == "file" || scheme == "jar") return ReadUri(scheme, rest);
  for (const RemoteScheme& remote : kRemoteSchemes) {
    if (remote.scheme == scheme) return Refuse(Remote(scheme, remote.copy));
  }
  if (rest.starts_with('/')) return Refuse(Remote(scheme, ""));
  return as_path;
}

}  // namespace pillion
