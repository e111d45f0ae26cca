/// Logins from the files that other tools keep them in: .netrc and .git-credentials.
#pragma once

#include <optional>
#include <string_view>

#include "git_sync/remote/credentials.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// Whether the entry `default` of a .netrc counts: it has a login for every host.
enum class NetrcDefault { counts, ignored };

/// The login that a .netrc has for the host of `url`, and for its user where the URL names one. Words may stand in
/// double quotes; macros and comments are passed over. Nothing where there is none, or no password.
std::optional<UserPassword> login_in_netrc(std::string_view text, const Url& url, NetrcDefault which);

/// The first login that a .git-credentials (a URL with user and password in each line) has for the scheme, host and
/// port of `url`, and for its user where the URL names one; paths do not count, as in git. Lines that are no URL are
/// passed over.
std::optional<UserPassword> login_in_git_credentials(std::string_view text, const Url& url);

}  // namespace sidekick::git_sync
