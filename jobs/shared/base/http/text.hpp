/// The wire format of requests.
#pragma once

#include <string>
#include <string_view>

#include "base/http/connection.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::http {

/// The request with its body (but not its content), for the server or the proxy of `route`. Adds Host, User-Agent,
/// Accept, Content-Length, and the credentials of the URLs, unless `request` has these headers. Throws Error of kind
/// config for a method or a header with a line break.
std::string request_text(const Route& route, const HttpRequest& request, const std::string& user_agent);

/// Compares names of headers, ignoring case.
bool same_name(std::string_view a, std::string_view b) noexcept;

}  // namespace sidekick::http
