#include "git_sync/remote/http_channel.hpp"

#include "git_sync/remote/http_refusal.hpp"
#include "git_sync/remote/protocol_error.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::string_view greeting_target = "/info/refs?service=git-upload-pack";
constexpr std::string_view greeting_type = "application/x-git-upload-pack-advertisement";
// Several servers recognise a git client by the start of its name.
constexpr const char* default_user_agent = "git/2.0 (sidekick)";

std::string base_of(const Url& url) {
  auto base = url.without_login();
  while (base.ends_with('/')) base.pop_back();
  return base;
}

HttpSettings with_user_agent(HttpSettings settings) {
  if (settings.user_agent.empty()) settings.user_agent = default_user_agent;
  return settings;
}

bool is_refusal(int status) {
  return status == 401 || status == 403;
}

}  // namespace

HttpChannel::HttpChannel(RemoteSettings settings, Authenticator authenticator)
    : settings_(std::move(settings)),
      authenticator_(std::move(authenticator)),
      configured_(parse_url(settings_.url)),
      base_(base_of(configured_)),
      http_(with_user_agent(settings_.http)),
      client_(http_) {}

std::string HttpChannel::own_url() const {
  return same_origin(parse_url(base_), configured_) ? settings_.url : base_;
}

template <class Ask>
HttpResponse HttpChannel::ask(HttpRequest request, const CancelToken& cancel, Ask&& ask_once) {
  const auto headers = request.headers;
  for (;;) {
    request.headers = headers;
    for (auto& header : authenticator_.headers_for(own_url(), cancel)) request.headers.push_back(std::move(header));
    auto response = ask_once(request);
    if (!is_refusal(response.status) || !authenticator_.refused()) return response;
  }
}

void HttpChannel::greet(LineReader& reader, const CancelToken& cancel) {
  HttpRequest request;
  request.url = base_ + std::string(greeting_target);
  request.headers = {{"Accept", "*/*"}, {"Git-Protocol", "version=2"}};
  request.max_redirects = 5;
  const auto response = ask(request, cancel, [&](const HttpRequest& each) {
    return client_.send(each, cancel, 2 * settings_.limits.max_listing_bytes);
  });
  check(response, cancel);
  const auto type = response.header("Content-Type").value_or("");
  if (!type.starts_with(greeting_type)) {
    if (const auto elsewhere = redirected_elsewhere(response, asked_for(cancel))) throw Error(*elsewhere);
    const bool is_dumb = type.starts_with("text/plain");
    throw Error(ErrorKind::data,
                is_dumb ? "the server has files of a repository, but does not speak git's protocol"
                        : "not a git server: it answers with content of type " + printable(type),
                is_dumb ? "set up 'git http-backend' for this path" : "check the path in the URL");
  }
  keep_redirect(response.effective_url);
  PktSplitter splitter(reader);
  if (splitter.feed(std::as_bytes(std::span(response.body))) != Reading::complete) throw malformed("its greeting");
}

void HttpChannel::keep_redirect(const std::string& effective_url) {
  auto url = parse_url(effective_url).without_login();
  if (!url.ends_with(greeting_target))
    throw Error(ErrorKind::data, "the server redirects to '" + redact_url(url) + "', which is not a git repository",
                "check the path in the URL");
  url.resize(url.size() - greeting_target.size());
  if (base_.starts_with("https:") && !url.starts_with("https:"))
    throw Error(ErrorKind::denied, "the server redirects from https to '" + redact_url(url) + "'",
                "if that is intended, use that URL");
  base_ = url;
}

void HttpChannel::exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) {
  HttpRequest post{"POST",
                   base_ + "/git-upload-pack",
                   {{"Content-Type", "application/x-git-upload-pack-request"},
                    {"Accept", "application/x-git-upload-pack-result"},
                    {"Git-Protocol", "version=2"}},
                   std::string(request)};
  PktSplitter splitter(reader);
  auto reading = Reading::goes_on;
  const auto take = [&](std::span<const std::byte> bytes) { reading = splitter.feed(bytes); };
  const auto response =
      ask(std::move(post), cancel, [&](const HttpRequest& each) { return client_.stream(each, take, cancel); });
  check(response, cancel);
  if (reading != Reading::complete)
    throw Error(ErrorKind::unavailable, "the connection was closed before the end of the answer");
}

void HttpChannel::check(const HttpResponse& response, const CancelToken& cancel) {
  if (response.status != 200) throw http_refusal(response, asked_for(cancel));
}

AskedFor HttpChannel::asked_for(const CancelToken& cancel) {
  auto url = parse_url(base_ + std::string(greeting_target));
  return {std::move(url), authenticator_.login_for(own_url(), cancel)};
}

void HttpChannel::disconnect() noexcept {
  try {
    client_ = HttpClient(http_);
    base_ = base_of(configured_);
  } catch (const Error&) {  // the settings were valid once, and report it again at the next call
    return;
  }
}

}  // namespace sidekick::git_sync
