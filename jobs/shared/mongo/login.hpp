/// Whether a login can work, as far as that is known without a server.
#pragma once

#include <mongoc/mongoc.h>

#include <string>

namespace sidekick::mongo {

/// What decides over that.
struct Login {
  std::string mechanism;  ///< empty: the server's choice
  std::string user;
  std::string source;  ///< the database that knows the user; empty: by default
  enum class Password { absent, given } password = Password::absent;
  enum class Certificate { absent, given } certificate = Certificate::absent;
  enum class Tls { off, on } tls = Tls::off;
};

/// What `uri` says. An empty password is none: no server takes one.
Login login_of(const mongoc_uri_t* uri);

/// True where anybody logs in at all.
bool has_login(const Login& login) noexcept;

/// Throws Error of kind config for a login that no server would take, or that older libraries die of: a user without a
/// password, a certificate without TLS, a mechanism that is not there.
void check_login(const Login& login);

/// The same for a connection string that the library refuses; returns where its login is not the reason.
void check_refused_login(const std::string& uri_text);

}  // namespace sidekick::mongo
