/// Finds the route of a request, and its answer.
#pragma once

#include <string_view>
#include <vector>

#include "agent/status/http_route.hpp"

namespace sidekick::status {

/// The answer of the route that has the request's path and method: 404 where no route has the path, 405 where none has
/// the method, 500 where the route throws. Throws only std::bad_alloc.
Response answer(const std::vector<Route>& routes, const Request& request);

/// "/healthz" of "/healthz?verbose".
std::string_view path_of(std::string_view target);

}  // namespace sidekick::status
