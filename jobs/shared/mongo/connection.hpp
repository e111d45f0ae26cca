/// How to reach a MongoDB: the values of the connection flags that the official tools share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sidekick/secret.hpp"

namespace sidekick::mongo {

/// Empty or absent means not given. connection_uri() merges the URI and the single values, and rejects contradictions.
struct Connection {
  Secret uri;        ///< may hold a password
  std::string host;  ///< "name", "name:port", "setname/a,b:port" or the path of a socket
  std::string port;
  std::string user;
  Secret password;
  std::string authentication_database;
  std::string authentication_mechanism;
  Secret aws_session_token;
  std::string gssapi_service_name;
  std::string gssapi_host_name;

  bool tls = false;
  std::string tls_ca_file;
  std::string default_ca_file;  ///< used with TLS when no CA is given; see ca_bundle_path()
  std::string tls_certificate_key_file;
  Secret tls_certificate_key_password;
  std::string tls_crl_file;
  bool tls_allow_invalid_certificates = false;
  bool tls_allow_invalid_hostnames = false;

  std::string compressors;
  std::optional<int> connect_timeout_s;
  std::optional<int> socket_timeout_s;
  std::optional<int> server_selection_timeout_s;

  /// "majority", a number, a tag, or a JSON document {"w":…,"j":…,"wtimeout":…}.
  std::string write_concern;
};

}  // namespace sidekick::mongo
