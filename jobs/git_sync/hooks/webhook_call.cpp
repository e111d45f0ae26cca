#include <memory>

#include "git_sync/hooks/calls.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::git_sync {

TellHook url_hook(Webhook hook) {
  const auto client = std::make_shared<HttpClient>(hook.http);
  return [hook = std::move(hook), client](const Publication& publication, const CancelToken& cancel) {
    const HttpRequest request{.method = hook.method,
                              .url = hook.url,
                              .headers = {{"Gitsync-Hash", publication.commit.hex()}},
                              .body = {},
                              .max_redirects = 10,
                              .timeout = hook.timeout};
    const auto response = client->send(request, cancel);
    if (hook.success_status != 0 && response.status != hook.success_status)
      throw Error(ErrorKind::temporary,
                  "the webhook '" + redact_url(hook.url) + "' answered " + std::to_string(response.status) +
                      " instead of " + std::to_string(hook.success_status),
                  "--webhook-success-status says what to expect, 0 takes every answer");
  };
}

}  // namespace sidekick::git_sync
