#include "agent/status/http_address.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick::status {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return {};
  return port;
}

Error bad_address(const std::string& text) {
  return {ErrorKind::config, "'" + text + "' is not an address to listen on",
          "write HOST:PORT, :PORT for every interface, or PORT for this machine alone"};
}

}  // namespace

HttpAddress parse_http_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) {
    const auto port = parse_port(text);
    if (!port) throw bad_address(text);
    return {"127.0.0.1", *port};
  }
  auto host = text.substr(0, colon);
  const auto port = parse_port(std::string_view(text).substr(colon + 1));
  if (!port) throw bad_address(text);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find_first_of(":/[]@") != std::string::npos)
    throw bad_address(text);
  return {host, *port};
}

std::string text_of(const HttpAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace sidekick::status
