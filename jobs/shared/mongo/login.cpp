#include "mongo/login.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::string_view external = "$external";

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

Error cannot_log_in(const std::string& cause, const std::string& hint) {
  return {ErrorKind::config, "cannot log in: " + cause, hint};
}

void check_mechanism(const std::string& name) {
  constexpr std::array<std::string_view, 5> known{"SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509", "PLAIN",
                                                  "MONGODB-AWS"};
  constexpr auto others = "use SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509, PLAIN (LDAP) or MONGODB-AWS";
  if (name.empty() || std::ranges::find(known, name) != known.end()) return;
  if (name == "GSSAPI") throw Error(ErrorKind::config, "Kerberos (GSSAPI) is not supported by this program", others);
  if (name == "MONGODB-CR") throw cannot_log_in("servers since 4.0 do not know MONGODB-CR", others);
  throw cannot_log_in("the mechanism '" + name + "' is not known", others);
}

void check_x509(const Login& login) {
  if (login.tls == Login::Tls::off)
    throw cannot_log_in("MONGODB-X509 needs TLS",
                        "add --ssl and --sslPEMKeyFile, or tls=true to the connection string");
  if (login.certificate == Login::Certificate::absent)
    throw cannot_log_in("MONGODB-X509 needs a certificate",
                        "name its file by --sslPEMKeyFile or tlsCertificateKeyFile=");
  if (login.password == Login::Password::given)
    throw cannot_log_in("MONGODB-X509 takes no password", "the certificate is the proof: leave the password out");
}

void check_password(const Login& login) {
  const bool given = login.password == Login::Password::given;
  if (!login.user.empty() && !given)
    throw cannot_log_in("the user '" + login.user + "' has no password",
                        "give it by --password-file, SIDEKICK_PASSWORD_FILE or in the connection string");
  if (login.user.empty() && given)
    throw cannot_log_in("there is a password and no user", "name the user by --username or in the connection string");
}

}  // namespace

Login login_of(const mongoc_uri_t* uri) {
  Login out;
  out.mechanism = text_or_empty(mongoc_uri_get_auth_mechanism(uri));
  out.user = text_or_empty(mongoc_uri_get_username(uri));
  // The library's own answer falls back to the database, which is wrong for X.509.
  if (const auto it = mongoc_uri_get_credentials(uri); it != nullptr)
    if (bson_iter_t found; bson_iter_init_find_case(&found, it, MONGOC_URI_AUTHSOURCE) && BSON_ITER_HOLDS_UTF8(&found))
      out.source = bson_iter_utf8(&found, nullptr);
  if (!text_or_empty(mongoc_uri_get_password(uri)).empty()) out.password = Login::Password::given;
  if (mongoc_uri_get_tls(uri)) out.tls = Login::Tls::on;
  if (mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILE, nullptr) != nullptr)
    out.certificate = Login::Certificate::given;
  return out;
}

bool has_login(const Login& login) noexcept {
  return !login.user.empty() || !login.mechanism.empty();
}

void check_login(const Login& login) {
  check_mechanism(login.mechanism);
  const bool is_x509 = login.mechanism == "MONGODB-X509";
  const bool is_aws = login.mechanism == "MONGODB-AWS";
  if ((is_x509 || is_aws) && !login.source.empty() && login.source != external)
    throw cannot_log_in(login.mechanism + " knows its users from $external and not from '" + login.source + "'",
                        "leave out --authenticationDatabase and authSource=");
  if (is_x509) return check_x509(login);
  if (!login.mechanism.empty() && !is_aws && login.user.empty())
    throw cannot_log_in(login.mechanism + " needs a user", "name the user by --username or in the connection string");
  check_password(login);
}

void check_refused_login(const std::string& text) {
  constexpr std::string_view key = "authmechanism=";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto query = std::min(text.find('?'), text.size());
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(query), text.end(), key.begin(), key.end(),
                                 [&](char a, char b) { return lower(a) == b; });
  if (found == text.end()) return;
  const auto begin = found - text.begin() + static_cast<std::ptrdiff_t>(key.size());
  const auto end = std::min(text.find('&', static_cast<std::size_t>(begin)), text.size());
  auto without = text;
  without.replace(static_cast<std::size_t>(found - text.begin()), end - static_cast<std::size_t>(found - text.begin()),
                  "appname=sidekick");
  const Handle<mongoc_uri_t, mongoc_uri_destroy> uri(mongoc_uri_new_with_error(without.c_str(), nullptr));
  if (!uri) return;
  auto login = login_of(uri.get());
  login.mechanism = text.substr(static_cast<std::size_t>(begin), end - static_cast<std::size_t>(begin));
  check_login(login);
}

}  // namespace sidekick::mongo
