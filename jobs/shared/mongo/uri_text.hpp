/// The text of a connection string: made from single flags, and the diagnosis of an invalid one.
#pragma once

#include <string>
#include <string_view>

#include "mongo/connection.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// The connection string of `connection`, or one made of its host and port; without either mongodb://localhost/. An
/// IPv6 address needs no brackets, and a '?' of a connection string no '/' before it. Throws Error: config for a
/// connection string together with a host or port; usage for an invalid host.
std::string uri_text(const Connection& connection);

/// True where a password contains a '/': the library parses "user:1/2@host" as a host, its port, and a path.
bool has_login_in_path(std::string_view uri);

/// True where the text after the ']' of an address is not a port: the library takes "[::1]:1x" for port 1.
bool has_bad_port_after_bracket(std::string_view uri);

/// Why the connection string of `connection` is invalid, as an error of kind usage. The library's own message may quote
/// a part of the password, so the cause is determined here, and the message never contains a login.
Error explain_bad_uri(const Connection& connection);

}  // namespace sidekick::mongo
