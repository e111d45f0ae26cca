/// The text of a connection string: made of single flags, and what is wrong with one that cannot be read.
#pragma once

#include <string>
#include <string_view>

#include "mongo/connection.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// The connection string of `connection`, or one made of its host and port; without either mongodb://localhost/. An
/// IPv6 address needs no brackets, and a '?' of a connection string no '/' before it. Throws Error: config for a
/// connection string beside a host or port; usage for a host that cannot be one.
std::string uri_text(const Connection& connection);

/// True where a password holds a '/': the library reads "user:1/2@host" as a host, its port, and a path.
bool has_login_in_path(std::string_view uri);

/// Why the connection string of `connection` cannot be read, of kind usage. The library's own words may quote a piece
/// of the password, so the cause is found out here, and no login is ever part of the message.
Error explain_bad_uri(const Connection& connection);

}  // namespace sidekick::mongo
