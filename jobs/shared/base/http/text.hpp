/// Requests as they are sent.
#pragma once

#include <string>
#include <string_view>

#include "base/http/connection.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::http {

/// The request with its body (but not its content), for the server or the proxy of `route`. Adds what `request` does
/// not say itself: Host, User-Agent, Accept, Content-Length, and the logins of the URLs. Throws Error of kind config
/// for a method or a header that would end its line.
std::string request_text(const Route& route, const HttpRequest& request, const std::string& user_agent);

/// Names of headers are equal whatever their case.
bool same_name(std::string_view a, std::string_view b) noexcept;

}  // namespace sidekick::http
