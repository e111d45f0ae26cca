/// URLs of hosts, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidekick/secret.hpp"

namespace sidekick {

/// "scheme://user:password@host:port/path?query" (RFC 3986); a fragment is dropped. The user, the password and the
/// host are decoded, path and query are as written.
struct Url {
  std::string scheme;  ///< lower case
  std::string user;
  Secret password;
  std::string host;        ///< lower case; an IPv6 address without its brackets; empty only for file
  std::uint16_t port = 0;  ///< 0: none is named
  std::string path;        ///< empty or from its "/"
  std::string query;       ///< without its "?"

  /// The port named, else that of the scheme (http, https, ssh, sftp, git), else 0.
  std::uint16_t effective_port() const noexcept;
  /// "host" or "host:port" where the port is not that of the scheme, brackets around an IPv6 address: as the header
  /// Host has it.
  std::string authority() const;
  /// "scheme://host", with the port where it is not that of the scheme.
  std::string origin() const;
  /// Path and query as a request line has them: at least "/", what is not printable ASCII percent-encoded.
  std::string target() const;
  /// All of it but the user and the password.
  std::string without_login() const;
};

/// Throws Error of kind config where `text` is no such URL: no scheme, no host (but for file), a bad port, a control
/// character. A user or password that holds an unescaped "@" is understood; one with an unescaped "/", "?" or "#" is
/// not. The message has the URL without its credentials.
Url parse_url(std::string_view text);

/// What `reference` (a URL, "//host/…", "/path", "path", "?query") means where `base` was asked, as a header Location
/// has it. Throws as parse_url().
Url resolve(const Url& base, std::string_view reference);

/// True where both go to the same scheme, host and port.
bool same_origin(const Url& a, const Url& b) noexcept;

/// "%41" becomes "A"; what is no such escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace sidekick
