/// The endpoints that ask for a sync, or for something else that needs a token.
#pragma once

#include <functional>

#include "agent/status/http_route.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::status {

/// POST /sync: calls `sync` and answers 202 when the request proves that it knows `token`: as `Authorization: Bearer
/// TOKEN`, or as a forge's webhook whose secret it is: GitHub (X-Hub-Signature-256), Gitea and Forgejo
/// (X-Gitea-Signature, X-Forgejo-Signature: all three the HMAC-SHA256 of the body), GitLab (X-Gitlab-Token). 200
/// without a sync for a webhook's ping. 401 without a proof, 403 for a wrong one, and always where the token is empty.
/// Comparing takes the same time however much of it is right. `sync` is called in the server's thread.
Route sync_route(Secret token, std::function<void()> sync);

/// POST `path`: answers what `act` returns when the request proves that it knows `token`, in the same ways; else as
/// sync_route(). `act` is called in the server's thread.
Route action_route(std::string path, Secret token, std::function<Response()> act);

}  // namespace sidekick::status
