/// Tokens of a GitHub App, which let it read the repositories it is installed for.
#pragma once

#include <chrono>
#include <string>

#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::git_sync {

struct InstallationToken {
  Secret value;
  std::chrono::system_clock::time_point expires;
};

/// A JSON Web Token (RFC 7519, RS256) that identifies the app from a minute before `now` to nine minutes after. Throws
/// Error: config (not an RSA key in PEM), and what reading the key file throws.
std::string app_assertion(const GithubApp& app, std::chrono::system_clock::time_point now);

/// A new token from the server of `app`. Throws as app_assertion() and HttpClient, and Error: denied (the app is
/// rejected), unavailable (another answer than a token), data (an unreadable answer).
InstallationToken request_token(const GithubApp& app, HttpClient& http, const CancelToken& cancel);

}  // namespace sidekick::git_sync
