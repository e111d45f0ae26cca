/// Why a git server over http does not give what it was asked for.
#pragma once

#include <optional>
#include <string>

#include "git_sync/remote/credentials.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// What was asked, for the message.
struct AskedFor {
  Url url;                            ///< before any redirect
  std::optional<UserPassword> login;  ///< that was sent there
};

/// The error for an answer whose status is not 200, with the server's own words where it has some: denied (it wants
/// other credentials, or others of this user), no_input (no such repository), unavailable (it has trouble, or limits
/// how often it is asked), data.
Error http_refusal(const HttpResponse& response, const AskedFor& asked);

/// The error for an answer of a redirect that is not from a git server, such as a login page; nothing where there was
/// no redirect to another place.
std::optional<Error> redirected_elsewhere(const HttpResponse& response, const AskedFor& asked);

/// What the server says about it in plain text, JSON or the title of a page: one line, cut; empty where it says
/// nothing.
std::string words_of(const HttpResponse& response);

}  // namespace sidekick::git_sync
