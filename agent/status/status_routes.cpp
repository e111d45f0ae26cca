#include "agent/status/status_routes.hpp"

namespace sidekick::status {

std::vector<Route> health_routes(const Health& health) {
  const auto healthz = [&health](const Request&) -> Response {
    return {200, health.is_parked() ? "ok (parked)\n" : "ok\n"};
  };
  const auto readyz = [&health](const Request&) -> Response {
    if (health.is_ready()) return {200, "ready\n"};
    return {503, health.is_parked() ? "parked\n" : "not ready\n"};
  };
  return {{"GET", "/healthz", healthz}, {"GET", "/readyz", readyz}};
}

Route metrics_route(const Metrics& metrics) {
  return {"GET", "/metrics", [&metrics](const Request&) -> Response {
            return {200, metrics.text(), "text/plain; version=0.0.4; charset=utf-8"};
          }};
}

Route git_sync_route(const Health& health) {
  return {"GET", "*", [&health](const Request&) -> Response {
            if (health.was_ready()) return {200, ""};
            return {503, "repo is not ready\n"};
          }};
}

}  // namespace sidekick::status
