/// Checks whether a login can work, as far as that is known without a server.
#pragma once

#include <mongoc/mongoc.h>

#include <string>

namespace sidekick::mongo {

/// The parts of a login that decide.
struct Login {
  std::string mechanism;  ///< empty: the server's choice
  std::string user;
  std::string source;  ///< the database of the user; empty: the default
  enum class Password { absent, given } password = Password::absent;
  enum class Certificate { absent, given } certificate = Certificate::absent;
  enum class Tls { off, on } tls = Tls::off;
};

/// The login in `uri`. An empty password counts as none: no server accepts one.
Login login_of(const mongoc_uri_t* uri);

/// True where there is a login at all.
bool has_login(const Login& login) noexcept;

/// Throws Error of kind config for a login that no server would accept, or that crashes older libraries: a user without
/// a password, a certificate without TLS, an unknown mechanism.
void check_login(const Login& login);

/// The same for a connection string that the library rejects; returns where its login is not the reason.
void check_refused_login(const std::string& uri_text);

}  // namespace sidekick::mongo
