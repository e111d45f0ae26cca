/// Where the program listens.
#pragma once

#include <cstdint>
#include <string>

namespace sidekick::status {

struct HttpAddress {
  std::string host;  ///< a name or an address without brackets; empty: every interface
  std::uint16_t port = 0;
};

/// Reads "HOST:PORT", "[IPV6]:PORT", ":PORT" (every interface) or "PORT" (127.0.0.1). Port 0 is any free one. Throws
/// Error of kind config for anything else.
HttpAddress parse_http_address(const std::string& text);

/// As it is written: "[::1]:8080", ":8080".
std::string text_of(const HttpAddress& address);

}  // namespace sidekick::status
