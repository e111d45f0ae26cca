/// Which proxy a request takes.
#pragma once

#include <optional>

#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::http {

/// The proxy for `url`, or nothing where it is asked directly. Throws Error of kind config where the proxy's URL cannot
/// be used.
std::optional<Url> proxy_for(const Url& url, const ProxySettings& settings);

}  // namespace sidekick::http
