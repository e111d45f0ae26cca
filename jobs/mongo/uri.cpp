#include "mongo/uri.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ranges>
#include <string_view>

#include "mongo/client.hpp"
#include "mongo/compression.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

// Calls may take as long as the server needs (an index build, a slow majority): a lost server is noticed by heartbeats.
constexpr std::int32_t a_day_ms = 86'400'000;
constexpr std::int32_t default_selection_ms = 5'000;
constexpr std::int32_t default_connect_ms = 10'000;
// How soon a primary that hangs is noticed: a heartbeat and its time-out.
constexpr std::int32_t heartbeat_ms = 5'000;

Error no_uri(std::string cause, std::string hint) {
  return {ErrorKind::usage, "--uri is no valid connection string: " + std::move(cause), std::move(hint)};
}

// The text of the library's own error may quote a piece of the password, so the cause is found out here.
Error explain_bad_uri(std::string_view text) {
  constexpr std::string_view escape_hint = "write '@' as %40, ':' as %3A, '/' as %2F, '%' as %25 in user and password";
  const bool srv = text.starts_with("mongodb+srv://");
  if (!srv && !text.starts_with("mongodb://"))
    return no_uri("it does not begin with mongodb:// or mongodb+srv://", "mongodb://user:password@host:27017/");
  text.remove_prefix(text.find("://") + 3);
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    const auto user_info = text.substr(0, at);
    const auto colon = user_info.find(':');
    const bool unescaped =
        user_info.find_first_of("@/") != std::string_view::npos ||
        (colon != std::string_view::npos && user_info.find(':', colon + 1) != std::string_view::npos) ||
        user_info.find('%') != std::string_view::npos;
    if (unescaped)
      return no_uri("user or password has a character that must be percent-encoded", std::string(escape_hint));
    text.remove_prefix(at + 1);
  }
  if (text.empty() || text.front() == '/') return no_uri("it names no host", "mongodb://host:27017/");
  // A name whose port is no number may be a user and a password whose host was forgotten.
  const auto colon = text.find(':');
  const bool maybe_password = at == std::string_view::npos && colon != std::string_view::npos && text.front() != '[' &&
                              text.substr(colon + 1, 1).find_first_of("0123456789") == std::string_view::npos;
  if (maybe_password)
    return no_uri("a port is no number, or user and password have no host behind them",
                  "mongodb://user:password@host:27017/");
  if (const auto options = text.find('?'); options != std::string_view::npos)
    return no_uri("host or options cannot be understood: '" + redact_url("mongodb://" + std::string(text)) + "'", "");
  return no_uri("'" + std::string(text) + "' cannot be understood as hosts", "mongodb://host1:27017,host2:27017/");
}

bool has_host_with_at(const mongoc_uri_t* uri) {
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
    if (host->family != AF_UNIX && std::string_view(host->host).find('@') != std::string_view::npos) return true;
  return false;
}

std::string uri_text(const Connection& c) {
  if (!c.uri.empty()) {
    if (!c.host.empty() || !c.port.empty())
      throw Error(ErrorKind::config, "the connection string and --host or --port exclude each other");
    return c.uri.reveal();
  }
  std::string hosts = c.host.empty() ? "localhost" : c.host;
  std::string options;
  if (const auto slash = hosts.find('/'); slash != std::string::npos && slash > 0) {
    options = "?replicaSet=" + hosts.substr(0, slash);
    hosts.erase(0, slash + 1);
  } else if (slash == 0) {
    for (std::size_t at = 0; (at = hosts.find('/', at)) != std::string::npos;) hosts.replace(at, 1, "%2F");
    return "mongodb://" + hosts + "/";
  }
  std::string with_ports;
  for (std::size_t at = 0; at <= hosts.size();) {
    const auto end = std::min(hosts.find(',', at), hosts.size());
    const auto host = hosts.substr(at, end - at);
    if (!with_ports.empty()) with_ports += ',';
    with_ports += host;
    const bool has_port = host.find(':', host.starts_with('[') ? host.find(']') : 0) != std::string::npos;
    if (!c.port.empty() && !has_port) with_ports += ":" + c.port;
    at = end + 1;
  }
  return "mongodb://" + with_ports + "/" + options;
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
    throw Error(ErrorKind::usage, "no such authentication mechanism: '" + c.authentication_mechanism + "'");
  const char* mechanism = mongoc_uri_get_auth_mechanism(uri);
  if ((mechanism != nullptr && std::string_view(mechanism) == "GSSAPI") || !c.gssapi_service_name.empty() ||
      !c.gssapi_host_name.empty())
    throw Error(ErrorKind::config, "Kerberos (GSSAPI) is not supported by this program",
                "use SCRAM, X.509, LDAP (PLAIN) or AWS authentication");
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

// The library leaves out in silence what it does not know.
void set_compressors(mongoc_uri_t* uri, const std::string& names) {
  for (const auto name : std::views::split(names, ',')) {
    const std::string_view text(name.begin(), name.end());
    if (text != "snappy" && text != "zlib" && text != "zstd" && text != "none")
      throw Error(ErrorKind::usage, "--compressors '" + names + "': only snappy, zlib and zstd are known");
  }
  if (!names.empty() && names != "none") mongoc_uri_set_compressors(uri, names.c_str());
}

// Also where all that it names are unknown to the library, as "none" is.
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

Error proves_nothing(const std::string& write_concern) {
  return {ErrorKind::usage,
          "--writeConcern " + write_concern + " asks for no acknowledgement: nothing would be proven stored",
          "use a number from 1, or majority"};
}

Bson write_concern_of_json(const std::string& text) {
  Bson out;
  try {
    out = Bson::from_json(text, "--writeConcern");
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, error.message(), R"(write it as {"w":"majority","wtimeout":1000})");
  }
  if (const auto w = find(out.get(), "w"); w && BSON_ITER_HOLDS_NUMBER(&*w) && bson_iter_as_int64(&*w) < 1)
    throw proves_nothing(text);
  return out;
}

}  // namespace

Uri connection_uri(const Connection& c) {
  initialise_library();
  const auto text = uri_text(c);
  bson_error_t error;
  Uri uri(mongoc_uri_new_with_error(text.c_str(), &error));
  // The library cuts at the first '@', takes the rest of the password for a host, and we would wait for that.
  if (!uri || has_host_with_at(uri.get())) throw explain_bad_uri(text);
  set_credentials(uri.get(), c);
  set_tls(uri.get(), c);
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

Bson write_concern(const Connection& c, const mongoc_uri_t* uri) {
  const auto& text = c.write_concern;
  if (text.starts_with('{')) return write_concern_of_json(text);
  Bson out;
  if (text.empty()) {
    const auto* given = mongoc_uri_get_write_concern(uri);
    const auto w = mongoc_write_concern_get_w(given);
    if (w == 0)
      throw Error(ErrorKind::usage,
                  "w=0 in the connection string asks for no acknowledgement: nothing would be proven stored");
    if (w > 0)
      out.append("w", w);
    else if (const char* tag = mongoc_write_concern_get_wtag(given))
      out.append("w", tag);
    else
      out.append("w", "majority");
    if (mongoc_write_concern_get_journal(given)) out.append("j", true);
    if (const auto wait = mongoc_write_concern_get_wtimeout_int64(given); wait > 0) out.append("wtimeout", wait);
    return out;
  }
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc() && end == text.data() + text.size()) {
    if (number < 1) throw proves_nothing(text);
    return std::move(out.append("w", number));
  }
  return std::move(out.append("w", text));
}

}  // namespace sidekick::mongo
