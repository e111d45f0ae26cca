/// Conversations over http and https (gitprotocol-http: "Smart Clients").
#pragma once

#include <string>

#include "git_sync/remote/channel.hpp"
#include "git_sync/remote/credentials.hpp"
#include "git_sync/remote/http_refusal.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// Keeps one connection; each request is independent. After a redirect of the greeting, the following requests go there
/// too. When cached credentials are rejected, one retry requests new ones.
class HttpChannel final : public Channel {
 public:
  /// What `authenticator` refers to outlives it.
  HttpChannel(RemoteSettings settings, Authenticator authenticator);

  State state() const noexcept override { return State::none; }
  void greet(LineReader& reader, const CancelToken& cancel) override;
  void exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) override;
  void hang_up() noexcept override {}
  void disconnect() noexcept override;

 private:
  /// Sends with the credentials, a second time where the server rejected cached ones.
  template <class Ask>
  HttpResponse ask(HttpRequest request, const CancelToken& cancel, Ask&& ask_once);
  void check(const HttpResponse& response, const CancelToken& cancel);
  /// What the current server was asked for.
  AskedFor asked_for(const CancelToken& cancel);
  void keep_redirect(const std::string& effective_url);
  /// The URL of the current server, with the user information of the settings where it belongs to that server.
  std::string own_url() const;

  const RemoteSettings settings_;
  Authenticator authenticator_;
  Url configured_;
  std::string base_;  ///< without credentials and trailing slash
  HttpSettings http_;
  HttpClient client_;
};

}  // namespace sidekick::git_sync
