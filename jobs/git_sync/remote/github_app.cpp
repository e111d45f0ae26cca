#include "git_sync/remote/github_app.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "git_sync/remote/http_refusal.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/json.hpp"
#include "sidekick/pem.hpp"
#include "sidekick/utc.hpp"

namespace sidekick::git_sync {

namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Digest = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Bio = Handle<BIO, BIO_free>;

std::string base64_url(std::string_view bytes) {
  auto out = base64(bytes);
  out.resize(std::min(out.find('='), out.size()));
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

// Without it OpenSSL asks on the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) {
  return 0;
}

Key private_key(const GithubApp& app) {
  const auto text =
      app.private_key_file.empty() ? app.private_key : read_secret_file(app.private_key_file, "the GitHub App's key");
  if (const auto damage = damage_of_pem(text.reveal()); !damage.empty())
    throw Error(ErrorKind::config, "cannot use the key of the GitHub App: " + damage, std::string(pem_damage_hint));
  const Bio bio(BIO_new_mem_buf(text.reveal().data(), static_cast<int>(text.reveal().size())));
  Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_password, nullptr) : nullptr);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    throw Error(ErrorKind::config, "cannot use the key of the GitHub App: it is not an RSA key in PEM",
                "use the key as downloaded from the settings of the app");
  return key;
}

std::string signature(EVP_PKEY* key, std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const Digest digest(EVP_MD_CTX_new());
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  std::string out(size, '\0');
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size()) != 1)
    throw Error(ErrorKind::config, "cannot sign with the key of the GitHub App");
  out.resize(size);
  return out;
}

InstallationToken parse_token(const std::string& json) {
  try {
    const auto answer = parse_json(json);
    const auto* expires = json_string(answer, "expires_at");
    const auto* token = json_string(answer, "token");
    if (expires == nullptr || token == nullptr) throw std::invalid_argument("a member is missing");
    const auto time = parse_whole_utc(*expires);
    if (!time) throw Error(ErrorKind::data, "cannot read when the token of the GitHub App expires");
    return {Secret(std::string(*token)), *time};
  } catch (const std::invalid_argument&) {
    throw Error(ErrorKind::data, "cannot read GitHub's answer to the request for a token");
  }
}

}  // namespace

std::string app_assertion(const GithubApp& app, std::chrono::system_clock::time_point now) {
  using std::chrono::minutes;
  const auto key = private_key(app);
  const auto& issuer = app.application_id.empty() ? app.client_id : app.application_id;
  // Clocks differ: a minute of the past makes up for one that is ahead.
  const auto claims = json_text({{"iat", std::chrono::system_clock::to_time_t(now - minutes(1))},
                                 {"exp", std::chrono::system_clock::to_time_t(now + minutes(9))},
                                 {"iss", issuer}});
  const auto text = base64_url(json_text({{"alg", "RS256"}, {"typ", "JWT"}})) + "." + base64_url(claims);
  return text + "." + base64_url(signature(key.get(), text));
}

InstallationToken request_token(const GithubApp& app, HttpClient& http, const CancelToken& cancel) {
  HttpRequest request{.method = "POST", .url = app.base_url, .timeout = std::chrono::seconds(30)};
  if (!request.url.ends_with('/')) request.url += '/';
  request.url += "app/installations/" + app.installation_id + "/access_tokens";
  request.headers = {{"Accept", "application/vnd.github+json"},
                     {"Authorization", "Bearer " + app_assertion(app, std::chrono::system_clock::now())}};
  const auto answer = http.send(request, cancel);
  if (answer.status == 200 || answer.status == 201) return parse_token(answer.body);
  const auto words = words_of(answer);
  const bool denied = answer.status == 401 || answer.status == 403 || answer.status == 404;
  throw Error(denied ? ErrorKind::denied : ErrorKind::unavailable,
              "cannot get a token of the GitHub App for the installation '" + app.installation_id +
                  "': GitHub answered " + std::to_string(answer.status) +
                  (words.empty() ? "" : ": it says '" + words + "'"),
              denied ? "check the app's id, its installation and its key" : "");
}

}  // namespace sidekick::git_sync
