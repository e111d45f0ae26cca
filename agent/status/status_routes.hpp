/// The endpoints for probes and metrics.
#pragma once

#include <vector>

#include "agent/status/health.hpp"
#include "agent/status/http_route.hpp"
#include "agent/status/metrics.hpp"

namespace sidekick::status {

/// GET /healthz: 200 as long as the process works, parked too. GET /readyz: 200 once the job was ready, 503 before and
/// while it is parked. All that is given lives as long as the routes.
std::vector<Route> health_routes(const Health& health);

/// GET /metrics in the text format of Prometheus.
Route metrics_route(const Metrics& metrics);

/// GET of every path no other route has, as git-sync answers it: 503 until the first sync, then 200 for ever.
Route git_sync_route(const Health& health);

}  // namespace sidekick::status
