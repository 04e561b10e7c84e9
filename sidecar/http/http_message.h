// A request and a reply as dialects see them. Knows no sockets.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillion {

// Views are valid during the call.
struct HttpRequest {
  std::string_view method;
  std::string_view path;          // up to the '?', as it was sent
  std::string_view query;         // behind it
  std::string_view content_type;  // empty: none was sent
  std::string_view accept;
  std::string_view body;
  // The value of another header; empty: it was not sent.
  std::function<std::string_view(std::string_view name)> header = [](std::string_view) {
    return std::string_view();
  };
  std::vector<std::string> names = {};  // what stands for the {…} of the route, decoded

  // A member of the query, decoded; empty where it is absent.
  std::string Parameter(std::string_view name) const;
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Set: there is no reply yet. Called once, with what takes the reply, on any thread, once.
  std::function<void(std::function<void(HttpReply)>)> later = {};
};

// Of a Content-Type or one of an Accept: the media type alone, in lower case: "application/json".
std::string MediaTypeOf(std::string_view header);

// "a%20b" -> "a b". What is no escape stays as it is.
std::string PercentDecoded(std::string_view text);
// "a b" -> "a%20b": one part of a path.
std::string PercentEncoded(std::string_view text);

}  // namespace pillion
