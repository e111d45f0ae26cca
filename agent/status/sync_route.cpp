#include "agent/status/sync_route.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "sidekick/hex.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick::status {

namespace {

enum class Proof { none, wrong, right };

std::string hmac_hex(const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), bytes.data(), &size);
  return hex(std::span(bytes).first(size));
}

/// Compares hashes, so that the time does not even depend on the length.
bool same(const std::string& key, std::string_view a, std::string_view b) {
  const auto left = hmac_hex(key, a), right = hmac_hex(key, b);
  return ::CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

Proof judge(bool right) {
  return right ? Proof::right : Proof::wrong;
}

Proof proof_of_bearer(const Request& request, const std::string& token) {
  const auto given = request.header("Authorization");
  if (!given) return Proof::none;
  constexpr std::string_view scheme = "bearer ";
  if (lower_case(given->substr(0, scheme.size())) != scheme) return Proof::wrong;
  auto value = given->substr(scheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return judge(same(token, value, token));
}

Proof proof_of_signature(const Request& request, const std::string& token) {
  if (const auto given = request.header("X-Hub-Signature-256"))
    return judge(same(token, lower_case(*given), "sha256=" + hmac_hex(token, request.body)));
  for (const auto name : {"X-Gitea-Signature", "X-Forgejo-Signature"})
    if (const auto given = request.header(name))
      return judge(same(token, lower_case(*given), hmac_hex(token, request.body)));
  return Proof::none;
}

Proof proof_of(const Request& request, const std::string& token) {
  if (const auto proof = proof_of_bearer(request, token); proof != Proof::none) return proof;
  if (const auto given = request.header("X-Gitlab-Token")) return judge(same(token, *given, token));
  return proof_of_signature(request, token);
}

bool is_ping(const Request& request) {
  for (const auto name : {"X-GitHub-Event", "X-Gitea-Event", "X-Forgejo-Event"})
    if (request.header(name) == "ping") return true;
  return false;
}

Response answer_with_token(const Request& request, const std::string& token, const std::function<Response()>& act) {
  if (token.empty()) return {403, "no token is configured for " + request.path + "\n"};
  switch (proof_of(request, token)) {
    case Proof::none:
      return {401,
              "a token or a webhook's signature is needed\n",
              Response().content_type,
              {{"WWW-Authenticate", "Bearer"}}};
    case Proof::wrong:
      return {403, "wrong token or signature\n"};
    case Proof::right:
      break;
  }
  return is_ping(request) ? Response{200, "pong\n"} : act();
}

}  // namespace

Route sync_route(Secret token, std::function<void()> sync) {
  return action_route("/sync", std::move(token), [sync = std::move(sync)]() -> Response {
    sync();
    return {202, "syncing\n"};
  });
}

Route action_route(std::string path, Secret token, std::function<Response()> act) {
  return {"POST", std::move(path), [token = std::move(token), act = std::move(act)](const Request& request) {
            return answer_with_token(request, token.reveal(), act);
          }};
}

}  // namespace sidekick::status
