/// Selects the proxy of a request.
#pragma once

#include <optional>

#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick::http {

/// The proxy for `url`, or nothing for a direct connection. Throws Error of kind config if the URL of the proxy is not
/// valid.
std::optional<Url> proxy_for(const Url& url, const ProxySettings& settings);

}  // namespace sidekick::http
