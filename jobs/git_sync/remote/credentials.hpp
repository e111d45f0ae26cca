/// Authentication to a remote over http: logins, tokens and cookies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/log.hpp"
#include "sidekick/metrics.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::git_sync {

struct UserPassword {
  std::string user;
  Secret password;
};

/// True where the user may be a token: there is no password, or a placeholder for none.
bool is_user_secret(const UserPassword& login);

/// Finds the credentials for one remote and for the others that its repository names (submodules). Files are read again
/// at each call; the answer of the askpass URL is reused for a few seconds, a GitHub App's token until a minute before
/// it expires. For one thread at a time. Throws Error: no_input, denied or io (an unreadable file), config (an invalid
/// key), data (an invalid answer), denied or unavailable (the askpass URL or GitHub), cancelled. All references outlive
/// it.
class Authenticator final {
 public:
  Authenticator(const RemoteSettings& settings, Log& log, MetricSink& metrics);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;

  /// The login for `url` (http or https). The first of: the last credential for its scheme, host and port (and user,
  /// where the URL names one); on the host of the remote itself, the answer of the askpass URL; the user information of
  /// the URL; on that host again, the user "-" with a token of the GitHub App; what .git-credentials or .netrc have for
  /// it, of which the entry "default" only counts on that host. Nothing where there is none.
  std::optional<UserPassword> login_for(const std::string& url, const CancelToken& cancel);

  /// The headers of a request to `url` that authenticate: Authorization, Cookie, and the extra headers of the settings
  /// (only on the host of the remote itself) or of the rules for that URL.
  std::vector<HttpHeader> headers_for(const std::string& url, const CancelToken& cancel);

  /// Call this when the server answered 401 or 403: drops the cached answers of the askpass URL and of the GitHub App.
  /// True where a retry makes sense, because a cached answer was used.
  bool refused() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::git_sync
