#include "mongo/uri.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <ranges>
#include <string_view>

#include "mongo/client.hpp"
#include "mongo/compression.hpp"
#include "mongo/login.hpp"
#include "mongo/uri_text.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

// Calls may take as long as the server needs (an index build, a slow majority): heartbeats detect a lost server.
constexpr std::int32_t a_day_ms = 86'400'000;
constexpr std::int32_t default_selection_ms = 5'000;
constexpr std::int32_t default_connect_ms = 10'000;
// How soon a hanging primary is detected: a heartbeat and its timeout.
constexpr std::int32_t heartbeat_ms = 5'000;

bool has_host_with_at(const mongoc_uri_t* uri) {
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
    if (host->family != AF_UNIX && std::string_view(host->host).find('@') != std::string_view::npos) return true;
  return false;
}

void set_text(mongoc_uri_t* uri, const char* option, const std::string& value) {
  if (!value.empty()) mongoc_uri_set_option_as_utf8(uri, option, value.c_str());
}

void set_credentials(mongoc_uri_t* uri, const Connection& c) {
  const auto conflict = [](const char* what) {
    return Error(ErrorKind::config, std::string("the connection string and the flag name different ") + what);
  };
  if (const char* user = mongoc_uri_get_username(uri); user != nullptr && !c.user.empty() && c.user != user)
    throw conflict("users");
  if (const char* password = mongoc_uri_get_password(uri);
      password != nullptr && !c.password.empty() && c.password.reveal() != password)
    throw conflict("passwords");
  if (!c.user.empty()) mongoc_uri_set_username(uri, c.user.c_str());
  if (!c.password.empty()) mongoc_uri_set_password(uri, c.password.reveal().c_str());
  if (!c.authentication_database.empty()) mongoc_uri_set_auth_source(uri, c.authentication_database.c_str());
  if (!c.authentication_mechanism.empty() && !mongoc_uri_set_auth_mechanism(uri, c.authentication_mechanism.c_str()))
    throw Error(ErrorKind::usage, "unknown authentication mechanism: '" + c.authentication_mechanism + "'");
  if (!c.gssapi_service_name.empty() || !c.gssapi_host_name.empty()) {
    Login kerberos;
    kerberos.mechanism = "GSSAPI";
    check_login(kerberos);
  }
  if (!c.aws_session_token.empty() && login_of(uri).mechanism != "MONGODB-AWS")
    throw Error(ErrorKind::config, "--awsSessionToken needs --authenticationMechanism=MONGODB-AWS");
  Bson properties;
  if (!c.aws_session_token.empty()) properties.append("AWS_SESSION_TOKEN", c.aws_session_token.reveal());
  if (!properties.empty()) mongoc_uri_set_mechanism_properties(uri, properties.get());
}

void set_tls(mongoc_uri_t* uri, const Connection& c) {
  if (c.tls) mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLS, true);
  set_text(uri, MONGOC_URI_TLSCAFILE, c.tls_ca_file);
  set_text(uri, MONGOC_URI_TLSCERTIFICATEKEYFILE, c.tls_certificate_key_file);
  set_text(uri, MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, c.tls_certificate_key_password.reveal());
  if (c.tls_allow_invalid_certificates)
    mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES, true);
  if (c.tls_allow_invalid_hostnames) mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, true);
}

// The library silently drops unknown ones.
void set_compressors(mongoc_uri_t* uri, const std::string& names) {
  for (const auto name : std::views::split(names, ',')) {
    const std::string_view text(name.begin(), name.end());
    if (text != "snappy" && text != "zlib" && text != "zstd" && text != "none")
      throw Error(ErrorKind::usage, "--compressors '" + names + "': only snappy, zlib and zstd are supported");
  }
  if (!names.empty() && names != "none") mongoc_uri_set_compressors(uri, names.c_str());
}

// Also where it names only unknown ones, such as "none".
bool names_compressors(std::string_view text) {
  constexpr std::string_view option = "compressors=";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return !std::ranges::search(text.substr(std::min(text.find('?'), text.size())), option, same).empty();
}

void set_timeout(mongoc_uri_t* uri, const char* option, std::optional<int> seconds, std::int32_t otherwise_ms) {
  if (seconds)
    mongoc_uri_set_option_as_int32(uri, option, *seconds > a_day_ms / 1000 ? a_day_ms : *seconds * 1000);
  else if (!mongoc_uri_has_option(uri, option))
    mongoc_uri_set_option_as_int32(uri, option, otherwise_ms);
}

}  // namespace

Uri connection_uri(const Connection& c) {
  initialise_library();
  const auto text = uri_text(c);
  bson_error_t error;
  Uri uri(mongoc_uri_new_with_error(text.c_str(), &error));
  if (!uri) check_refused_login(text);
  // The library splits at the first '@', takes the rest of the password for a host, and would wait for that.
  if (!uri || has_host_with_at(uri.get()) || has_login_in_path(text) || has_bad_port_after_bracket(text))
    throw explain_bad_uri(c);
  set_credentials(uri.get(), c);
  set_tls(uri.get(), c);
  check_login(login_of(uri.get()));
  set_compressors(uri.get(), c.compressors);
  if (c.compressors.empty() && !names_compressors(text)) offer_compression(uri.get());
  set_timeout(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, c.connect_timeout_s, default_connect_ms);
  set_timeout(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, c.server_selection_timeout_s, default_selection_ms);
  set_timeout(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, c.socket_timeout_s, a_day_ms);
  if (!mongoc_uri_has_option(uri.get(), MONGOC_URI_HEARTBEATFREQUENCYMS))
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_HEARTBEATFREQUENCYMS, heartbeat_ms);
  mongoc_uri_set_appname(uri.get(), "sidekick");
  return uri;
}

std::string describe_hosts(const mongoc_uri_t* uri) {
  if (const char* service = mongoc_uri_get_srv_hostname(uri)) return service;
  std::string out;
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
    out.append(out.empty() ? "" : ",").append(host->host_and_port);
  return out;
}

}  // namespace sidekick::mongo
