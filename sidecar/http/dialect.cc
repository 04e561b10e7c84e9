#include "sidecar/http/dialect.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "base/utf8.h"

namespace pillion {
namespace {

// What the path has in the place of the pattern's names, if it fits.
std::optional<std::vector<std::string>> Match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> names;
  const auto take = [](std::string_view& rest) {
    const std::string_view part = rest.substr(0, rest.find('/', 1));
    rest.remove_prefix(part.size());
    return part;
  };
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take(pattern);
    const std::string_view part = take(path);
    if (expected.starts_with("/{")) {
      if (part.size() < 2) return std::nullopt;
      names.push_back(PercentDecoded(part.substr(1)));
    } else if (expected != part) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return names;
}

// Refusals repeat what they found, and most forms of refusals can hold nothing but text.
bool IsText(const HttpRequest& request) {
  for (const std::string_view text : {request.path, request.query}) {
    if (!IsUtf8(text) || !IsUtf8(PercentDecoded(text))) return false;
  }
  return IsUtf8(request.content_type) && IsUtf8(request.accept);
}

}  // namespace

HttpReply Answer(const Dialects& dialects, HttpRequest request) {
  if (!IsText(request)) {
    return dialects.front()->Refuse(
        400, "expected UTF-8 in the path, its escapes and the headers, found other bytes");
  }
  const Dialect* knows_path = nullptr;
  std::vector<std::string> allowed;
  for (const std::unique_ptr<Dialect>& dialect : dialects) {
    for (const Route& route : dialect->routes()) {
      auto names = Match(route.path, request.path);
      if (!names) continue;
      if (route.method == request.method || (route.method == "GET" && request.method == "HEAD")) {
        request.names = *std::move(names);
        try {
          return route.answer(request);
        } catch (const std::exception& error) {
          return dialect->Refuse(500, error.what());
        }
      }
      if (knows_path == nullptr) knows_path = dialect.get();
      if (std::ranges::find(allowed, route.method) == allowed.end()) {
        allowed.emplace_back(route.method);
      }
    }
  }
  const std::string path(request.path);
  if (knows_path == nullptr) return dialects.front()->Refuse(404, "there is nothing at " + path);
  std::string list;
  for (const std::string& method : allowed) list += (list.empty() ? "" : ", ") + method;
  HttpReply reply = knows_path->Refuse(
      405, std::string(request.method) + " is not allowed for " + path + "; allowed: " + list);
  reply.headers.emplace_back("Allow", list);
  return reply;
}

}  // namespace pillion
