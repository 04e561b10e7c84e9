#include "sidecar/http/listen_argument.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "base/quote.h"
#include "base/suggest.h"

namespace pillion {
namespace {

constexpr std::string_view kTcp = "tcp:";
constexpr std::string_view kUnix = "unix:";

tl::expected<void, std::string> ReadTcp(std::string_view place, ListenArgument& argument) {
  const std::size_t colon = place.rfind(':');
  const std::string_view port = colon == place.npos ? "" : place.substr(colon + 1);
  std::string_view address = place.substr(0, std::min(colon, place.size()));
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  boost::system::error_code error;
  const auto read = boost::asio::ip::make_address(std::string(address), error);
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), argument.port);
  if (error || failed != std::errc() || end != port.data() + port.size()) {
    return tl::unexpected(
        "expected a numeric address and a port, such as tcp:127.0.0.1:8080, "
        "found " +
        Quote(std::string(kTcp) + std::string(place)));
  }
  argument.address = read.to_string();
  return {};
}

}  // namespace

tl::expected<ListenArgument, std::string> ListenArgument::Parse(
    std::string_view text, const std::vector<std::string_view>& known) {
  const std::size_t equals = text.rfind('=');
  const std::string_view place = text.substr(0, std::min(equals, text.size()));
  ListenArgument argument;
  if (place.starts_with(kTcp)) {
    if (auto read = ReadTcp(place.substr(kTcp.size()), argument); !read) {
      return tl::unexpected(read.error());
    }
  } else if (place.starts_with(kUnix) && place.size() > kUnix.size()) {
    argument.path = place.substr(kUnix.size());
  } else {
    return tl::unexpected("expected tcp:ADDRESS:PORT=DIALECTS or unix:PATH=DIALECTS, found " +
                          Quote(text));
  }
  std::string all;
  for (const std::string_view name : known) all.append(all.empty() ? "" : ", ").append(name);
  std::string_view rest = equals == text.npos ? "" : text.substr(equals + 1);
  if (rest.empty()) {
    return tl::unexpected(Quote(text) + " names no dialect: write =NAME behind it, of " + all);
  }
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    more = comma != rest.npos;
    rest.remove_prefix(more ? comma + 1 : rest.size());
    bool is_known = false;
    for (const std::string_view one : known) is_known = is_known || one == name;
    if (!is_known) {
      const std::string meant = DidYouMean(name, known);
      return tl::unexpected("no dialect is named " + Quote(name) +
                            (meant.empty() ? "; there are " + all : meant));
    }
    argument.dialects.emplace_back(name);
  }
  return argument;
}

std::string ListenArgument::Place() const {
  if (!path.empty()) return std::string(kUnix) + path;
  const bool v6 = address.find(':') != address.npos;
  return std::string(kTcp) + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace pillion
