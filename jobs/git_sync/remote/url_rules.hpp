/// Settings that hold only for some URLs, as git's configuration has them: url.*.insteadOf, http.URL.*, protocol.*.
#pragma once

#include <string>
#include <vector>

#include "git_sync/settings.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// `url` with the longest prefix that a rewrite names replaced; else unchanged.
std::string rewritten_url(const std::vector<UrlRewrite>& rewrites, const std::string& url);

/// The rules of one name for `url`, in the order in which they apply: as git does, one that fits less exactly than one
/// before it is left out. What fits best decides: the longest host, then the longest path, then the user.
std::vector<HttpRule> rules_for(const std::vector<HttpRule>& rules, HttpRule::Name name, const Url& url);

/// The settings with which `settings.url` is reached: with the rewritten URLs, and the TLS settings and proxy of the
/// rules that fit. Throws Error: denied where a rule forbids the transport; config for a rule of a URL that cannot be
/// read.
RemoteSettings settings_for_url(RemoteSettings settings);

}  // namespace sidekick::git_sync
