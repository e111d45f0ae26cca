/// Cookies from a file in the format of browsers and curl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// The header Cookie for `url`, from the cookies in `text`; empty where none matches. The format is that of Netscape:
/// lines of domain, whether its subdomains match, path, whether for https only, expiry (seconds since 1970, 0 for
/// never), name, value, separated by tabs; "#HttpOnly_" may precede the domain, other lines with "#" are comments.
/// Invalid lines are ignored. Longer paths come first.
std::string cookies_for(const Url& url, std::string_view text, std::int64_t now);

}  // namespace sidekick::git_sync
