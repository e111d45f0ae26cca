#include "agent/status/http_answer.hpp"

#include <strings.h>

#include <algorithm>
#include <exception>

namespace sidekick::status {

namespace {

bool takes(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

Response wrong_method(const std::vector<Route>& routes, std::string_view path) {
  std::string allowed;
  for (const auto& route : routes) {
    if (route.path != path) continue;
    allowed += (allowed.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") allowed += ", HEAD";
  }
  return {405, "method not allowed\n", Response().content_type, {{"Allow", allowed}}};
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  return {};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

Response answer(const std::vector<Route>& routes, const Request& request) try {
  std::string_view path = request.path;
  const auto has_path = [&](const Route& route) { return route.path == path; };
  if (std::ranges::none_of(routes, has_path)) path = "*";
  if (std::ranges::none_of(routes, has_path)) return {404, "not found\n"};
  for (const auto& route : routes)
    if (route.path == path && takes(route, request.method)) return route.handle(request);
  return wrong_method(routes, path);
} catch (const std::exception&) {
  return {500, "internal error\n"};
}

}  // namespace sidekick::status
