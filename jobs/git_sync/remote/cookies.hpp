/// Cookies from a file in the format of browsers and curl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// What the header Cookie says to `url`, of the cookies in `text`; empty where none is for it. The format is that of
/// Netscape: lines of domain, whether hosts below it count, path, whether for https only, expiry (seconds since 1970, 0
/// for never), name, value, with tabs between; "#HttpOnly_" may stand before the domain, other lines with "#" are
/// comments. Lines that are no cookie are passed over. Longer paths come first.
std::string cookies_for(const Url& url, std::string_view text, std::int64_t now);

}  // namespace sidekick::git_sync
