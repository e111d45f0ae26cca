/// Parses URLs of hosts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidekick/secret.hpp"

namespace sidekick {

/// "scheme://user:password@host:port/path?query" (RFC 3986); a fragment is dropped. The user, the password and the host
/// are decoded; path and query are as written.
struct Url {
  std::string scheme;  ///< lower case
  std::string user;
  Secret password;
  std::string host;        ///< lower case; an IPv6 address without its brackets; empty only for file
  std::uint16_t port = 0;  ///< 0: none given
  std::string path;        ///< empty, or begins with "/"
  std::string query;       ///< without its "?"

  /// The given port, else that of the scheme (http, https, ssh, sftp, git), else 0.
  std::uint16_t effective_port() const noexcept;
  /// The value of a Host header: "host", or "host:port" if the port is not that of the scheme; an IPv6 address in
  /// brackets.
  std::string authority() const;
  /// "scheme://host", with the port if it is not that of the scheme.
  std::string origin() const;
  /// Path and query for a request line: at least "/", percent-encoded where not printable ASCII.
  std::string target() const;
  /// The URL without the user and the password.
  std::string without_login() const;
};

/// Throws Error of kind config if `text` is not a valid URL: no scheme, no host (but for file), an invalid port, a
/// control character. Accepts an unescaped "@" in the user or password, but not "/", "?" or "#". The message has the
/// URL without its credentials.
Url parse_url(std::string_view text);

/// Resolves `reference` (a URL, "//host/…", "/path", "path", "?query") against `base`, as for a Location header. Throws
/// as parse_url().
Url resolve(const Url& base, std::string_view reference);

/// True if both have the same scheme, host and port.
bool same_origin(const Url& a, const Url& b) noexcept;

/// "%41" becomes "A"; invalid escapes stay unchanged.
std::string percent_decoded(std::string_view text);

}  // namespace sidekick
