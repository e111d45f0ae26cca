/// Logins from an askpass URL.
#pragma once

#include <string>
#include <string_view>

#include "git_sync/remote/credentials.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::git_sync {

/// The answer of `url`: status 200 and lines `username=…` and `password=…`. Throws Error: denied (401 or 403),
/// unavailable (another status), data (a line is missing), and what HttpClient throws.
UserPassword ask_for_login(const std::string& url, HttpClient& http, const CancelToken& cancel);

/// The login in these lines. Throws Error of kind data where one is missing.
UserPassword parse_login(std::string_view lines);

}  // namespace sidekick::git_sync
