#include "agent/cli/http_endpoints.hpp"

#include "agent/status/status_routes.hpp"
#include "agent/status/sync_route.hpp"

namespace sidekick::cli {

config::Setting http_setting(std::string_view group) {
  return {.name = "http",
          .value_name = "[HOST:]PORT",
          .help =
              "serve /healthz, /readyz and /metrics at this address, also while parked: PORT on 127.0.0.1, :PORT on "
              "every interface",
          .group = group};
}

std::optional<HttpPlan> http_plan(const config::Values& values) {
  if (!values.given("http")) return {};
  HttpPlan plan;
  plan.address = values.text("http");
  plan.unavailable = HttpPlan::Unavailable::warned_of;
  return plan;
}

std::unique_ptr<status::HttpServer> open_endpoints(const HttpPlan& plan, const HttpFrame& frame) {
  auto routes = status::health_routes(frame.health);
  routes.push_back(status::sync_route(plan.sync_token, [&trigger = frame.trigger] { trigger.raise(); }));
  for (const auto& action : plan.actions)
    routes.push_back(status::action_route(action.path, plan.sync_token, action.act));
  if (plan.metrics == HttpPlan::Metrics::open) routes.push_back(status::metrics_route(frame.metrics));
  if (plan.root == HttpPlan::Root::git_sync) routes.push_back(status::git_sync_route(frame.health));
  return std::make_unique<status::HttpServer>(status::parse_http_address(plan.address), std::move(routes));
}

}  // namespace sidekick::cli
