/// Conversations over http and https (gitprotocol-http: "Smart Clients").
#pragma once

#include <string>

#include "git_sync/remote/channel.hpp"
#include "git_sync/remote/credentials.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// Keeps one connection; each request stands for itself. Where the greeting is redirected, the requests that follow go
/// there too. Refused credentials that were kept from earlier are asked for once more.
class HttpChannel final : public Channel {
 public:
  /// `settings` and what `authenticator` refers to outlive it.
  HttpChannel(const RemoteSettings& settings, Authenticator authenticator);

  State state() const noexcept override { return State::none; }
  void greet(LineReader& reader, const CancelToken& cancel) override;
  void exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) override;
  void hang_up() noexcept override {}
  void disconnect() noexcept override;

 private:
  /// Asks with who we are, a second time where the first was refused for what we kept too long.
  template <class Ask>
  HttpResponse ask(HttpRequest request, const CancelToken& cancel, Ask&& ask_once);
  void check(const HttpResponse& response, const CancelToken& cancel);
  void keep_redirect(const std::string& effective_url);
  /// The URL that stands for where we are, with the user information of the settings where it is theirs.
  std::string own_url() const;

  const RemoteSettings& settings_;
  Authenticator authenticator_;
  Url configured_;
  std::string base_;  ///< without credentials, without a slash at its end
  HttpSettings http_;
  HttpClient client_;
};

}  // namespace sidekick::git_sync
