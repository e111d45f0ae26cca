#include "git_sync/remote/credentials.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "git_sync/remote/askpass.hpp"
#include "git_sync/remote/cookies.hpp"
#include "git_sync/remote/github_app.hpp"
#include "git_sync/remote/login_files.hpp"
#include "git_sync/remote/url_rules.hpp"
#include "sidekick/error.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

// The requests of one sync share an answer; the next sync requests a new one.
constexpr std::chrono::seconds askpass_lifetime{5};
constexpr std::chrono::minutes margin_of_tokens{1};

constexpr Metric askpass_calls{"git_sync_askpass_calls", "How many git askpass calls completed, partitioned by state",
                               MetricType::counter};
constexpr Metric token_refreshes{"git_sync_refresh_github_app_token_count",
                                 "How many times the GitHub app token was refreshed, partitioned by state",
                                 MetricType::counter};

std::optional<Url> url_of(const std::string& text) {
  const bool of_the_web = text.find("://") != std::string::npos;
  return of_the_web ? std::optional(parse_url(text)) : std::nullopt;
}

Secret password_of(const Credential& credential) {
  if (credential.password_file.empty()) return credential.password;
  const auto text = read_secret_file(credential.password_file, "a password");
  return Secret(text.reveal().substr(0, text.reveal().find_first_of("\r\n")));
}

/// The askpass URL and GitHub do not get the client certificate that is meant for the remote.
HttpSettings without_client_certificate(HttpSettings settings) {
  settings.tls.certificate_file.clear();
  settings.tls.key_file.clear();
  settings.tls.key_password = {};
  return settings;
}

}  // namespace

bool is_user_secret(const UserPassword& login) {
  // What the manuals of the forges write instead of a password beside a token.
  constexpr std::array<std::string_view, 3> stand_ins{"", "x-oauth-basic", "x"};
  return std::ranges::find(stand_ins, login.password.reveal()) != stand_ins.end();
}

class Authenticator::Impl {
 public:
  Impl(const RemoteSettings& settings, Log& log, MetricSink& metrics)
      : settings_(settings),
        log_(log),
        metrics_(metrics),
        home_(url_of(settings.home_url.empty() ? settings.url : settings.home_url)),
        http_(without_client_certificate(settings.http)) {
    for (const auto& credential : settings_.credentials)
      credential_urls_.push_back(credential.url.empty() ? home_ : parse_url(credential.url));
  }

  std::optional<UserPassword> login_for(const Url& url, const CancelToken& cancel) {
    if (const auto* credential = credential_for(url)) {
      auto user = credential->username.empty() ? url.user : credential->username;
      return UserPassword{std::move(user), password_of(*credential)};
    }
    const bool home = is_home(url);
    if (home && !settings_.askpass_url.empty()) return askpass(cancel);
    if (!url.password.empty()) return UserPassword{url.user, url.password};
    if (home && settings_.github_app) return UserPassword{"-", token(cancel)};
    if (auto login = login_in_files(url)) return login;
    if (!url.user.empty()) return UserPassword{url.user, {}};
    return {};
  }

  std::string cookies(const Url& url) const {
    if (settings_.cookie_file.empty()) return {};
    const auto text = read_secret_file(settings_.cookie_file, "the cookie file");
    return cookies_for(url, text.reveal(), system_clock::to_time_t(system_clock::now()));
  }

  std::vector<HttpHeader> extra_headers(const Url& url) const {
    auto out = is_home(url) ? settings_.extra_headers : std::vector<HttpHeader>();
    for (const auto& rule : rules_for(settings_.http_rules, HttpRule::Name::extra_header, url)) {
      const auto colon = rule.value.find(':');
      if (colon == std::string::npos)
        out.clear();
      else
        out.push_back({rule.value.substr(0, colon),
                       rule.value.substr(std::min(rule.value.find_first_not_of(' ', colon + 1), rule.value.size()))});
    }
    return out;
  }

  bool refused() noexcept {
    login_.reset();
    token_.reset();
    return std::exchange(kept_was_sent_, false);
  }

 private:
  bool is_home(const Url& url) const { return home_ && same_origin(*home_, url); }

  static std::string content(const LoginFile& file, std::string_view what) {
    if (file.path.empty()) return {};
    try {
      return read_secret_file(file.path, what).reveal();
    } catch (const Error&) {
      if (file.origin == LoginFile::Origin::named) throw;
      return {};
    }
  }

  std::optional<UserPassword> login_in_files(const Url& url) const {
    if (auto login = login_in_git_credentials(content(settings_.git_credentials, ".git-credentials"), url))
      return login;
    return login_in_netrc(content(settings_.netrc, "the netrc file"), url,
                          is_home(url) ? NetrcDefault::counts : NetrcDefault::ignored);
  }

  /// As in git: the last matching credential counts, and one for another user than that of the URL does not match.
  const Credential* credential_for(const Url& url) const {
    for (std::size_t i = settings_.credentials.size(); i-- > 0;) {
      const auto& credential = settings_.credentials[i];
      const bool same_user = url.user.empty() || credential.username.empty() || credential.username == url.user;
      if (credential_urls_[i] && same_origin(*credential_urls_[i], url) && same_user) return &credential;
    }
    return nullptr;
  }

  template <class Call>
  auto counted(const Metric& metric, Call&& call) {
    try {
      auto result = call();
      metrics_.record(metric, 1, {{"status", "success"}});
      return result;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) metrics_.record(metric, 1, {{"status", "error"}});
      throw;
    }
  }

  UserPassword askpass(const CancelToken& cancel) {
    kept_was_sent_ = login_ && steady_clock::now() < login_until_;
    if (!kept_was_sent_) {
      log_.debug("asking for a login", {{"url", redact_url(settings_.askpass_url)}});
      login_ = counted(askpass_calls, [&] { return ask_for_login(settings_.askpass_url, http_, cancel); });
      login_until_ = steady_clock::now() + askpass_lifetime;
    }
    return *login_;
  }

  Secret token(const CancelToken& cancel) {
    kept_was_sent_ = token_ && system_clock::now() + margin_of_tokens < token_->expires;
    if (!kept_was_sent_) {
      log_.debug("refreshing the token of the GitHub App", {{"url", redact_url(settings_.github_app->base_url)}});
      token_ = counted(token_refreshes, [&] { return request_token(*settings_.github_app, http_, cancel); });
    }
    return token_->value;
  }

  const RemoteSettings settings_;
  Log& log_;
  MetricSink& metrics_;
  const std::optional<Url> home_;
  std::vector<std::optional<Url>> credential_urls_;  ///< of the credentials, in order
  HttpClient http_;
  std::optional<UserPassword> login_;
  steady_clock::time_point login_until_;
  std::optional<InstallationToken> token_;
  bool kept_was_sent_ = false;
};

Authenticator::Authenticator(const RemoteSettings& settings, Log& log, MetricSink& metrics)
    : impl_(std::make_unique<Impl>(settings, log, metrics)) {}
Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;

std::optional<UserPassword> Authenticator::login_for(const std::string& url, const CancelToken& cancel) {
  return impl_->login_for(parse_url(url), cancel);
}

std::vector<HttpHeader> Authenticator::headers_for(const std::string& text, const CancelToken& cancel) {
  const auto url = parse_url(text);
  auto out = impl_->extra_headers(url);
  if (const auto login = impl_->login_for(url, cancel))
    out.push_back({"Authorization", "Basic " + base64(login->user + ":" + login->password.reveal())});
  if (auto cookies = impl_->cookies(url); !cookies.empty()) out.push_back({"Cookie", std::move(cookies)});
  return out;
}

bool Authenticator::refused() noexcept {
  return impl_->refused();
}

}  // namespace sidekick::git_sync
