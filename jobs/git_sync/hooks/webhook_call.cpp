#include <algorithm>
#include <chrono>
#include <memory>

#include "git_sync/hooks/calls.hpp"
#include "git_sync/remote/http_refusal.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

namespace {

constexpr int max_redirects = 10;

/// Follows redirects as Go's client does, for which existing webhooks were written: 307 and 308 repeat the request, the
/// others continue with a GET.
HttpResponse call(HttpClient& client, const Webhook& hook, HttpRequest request, const CancelToken& cancel) {
  const auto deadline = std::chrono::steady_clock::now() + hook.timeout;
  auto at = parse_url(request.url);
  for (int redirects = 0;; redirects++) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    request.timeout = std::max(left, std::chrono::milliseconds(1));
    auto response = client.send(request, cancel);
    const auto status = response.status;
    const bool repeats = status == 307 || status == 308;
    const auto location = response.header("Location");
    if (!location || (!repeats && status != 301 && status != 302 && status != 303)) return response;
    if (redirects == max_redirects)
      throw Error(ErrorKind::temporary, "the webhook '" + redact_url(hook.url) + "' redirects too often");
    at = resolve(at, *location);
    request.url = at.without_login();
    request.headers.resize(1);  // the hash: a login stays with its host
    if (!at.user.empty())
      request.headers.push_back({"Authorization", "Basic " + base64(at.user + ":" + at.password.reveal())});
    if (!repeats && request.method != "HEAD") request.method = "GET";
  }
}

}  // namespace

TellHook url_hook(Webhook hook) {
  const auto client = std::make_shared<HttpClient>(hook.http);
  return [hook = std::move(hook), client](const Publication& publication, const CancelToken& cancel) {
    const auto response = call(
        *client, hook,
        {.method = hook.method, .url = hook.url, .headers = {{"Gitsync-Hash", publication.commit.hex()}}, .body = {}},
        cancel);
    if (hook.success_status == 0 || response.status == hook.success_status) return;
    const auto words = words_of(response);
    throw Error(ErrorKind::temporary,
                "the webhook '" + redact_url(hook.url) + "' answered " + std::to_string(response.status) +
                    " instead of " + std::to_string(hook.success_status) +
                    (words.empty() ? "" : ": it says '" + words + "'"),
                "set the expected status with --webhook-success-status; 0 accepts every answer");
  };
}

}  // namespace sidekick::git_sync
