#include "agent/status/status_routes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <regex>
#include <sstream>

#include "agent/status/http_answer.hpp"

using namespace sidekick;
using namespace sidekick::status;

namespace {

struct Endpoints {
  Endpoints() {
    routes = health_routes(health);
    routes.push_back(metrics_route(metrics));
    routes.push_back(git_sync_route(health));
  }
  Response get(const std::string& path) const { return answer(routes, {"GET", path, {}, {}}); }
  Health health;
  Metrics metrics;
  std::vector<Route> routes;
};

}  // namespace

TEST_CASE("a process that works is healthy, also before it is ready and while it is parked") {
  Endpoints endpoints;
  CHECK(endpoints.get("/healthz").status == 200);
  endpoints.health.park();
  CHECK(endpoints.get("/healthz").status == 200);
}

TEST_CASE("readiness begins when the job says so, and is not told while it is parked") {
  Endpoints endpoints;
  CHECK(endpoints.get("/readyz").status == 503);
  endpoints.health.ready();
  CHECK(endpoints.get("/readyz").status == 200);
  endpoints.health.park();
  CHECK(endpoints.get("/readyz").status == 503);
}

TEST_CASE("every other path is answered as git-sync does") {
  Endpoints endpoints;
  for (const auto* path : {"/", "/anything"}) {
    const auto before = endpoints.get(path);
    CHECK(before.status == 503);
    CHECK(before.body == "repo is not ready\n");
  }
  endpoints.health.ready();
  for (const auto* path : {"/", "/anything"}) CHECK(endpoints.get(path).status == 200);
}

TEST_CASE("every line of the figures keeps to the text format, each name is told of once and before its values") {
  static constexpr Metric syncs{"git_sync_count_total", "How many \\ there\nwere.", MetricType::counter};
  static constexpr Metric took{"git_sync_duration_seconds", "How long.", MetricType::summary};
  static constexpr Metric up{"sidekick_job_up", "", MetricType::gauge};
  Endpoints endpoints;
  endpoints.metrics.record(syncs, 1, {{"status", "a\"b\\c\nd"}});
  endpoints.metrics.record(syncs, 1, {{"status", "noop"}});
  endpoints.metrics.record(took, 0.5, {{"status", "noop"}});
  endpoints.metrics.record(up, 1e300, {});
  const auto response = endpoints.get("/metrics");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");

  const std::regex about(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*))");
  const std::regex sample(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")*\})? ([-+0-9.eE]+|NaN|[-+]Inf))re");
  std::map<std::string, std::string> types;
  std::istringstream lines(response.body);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (std::regex_match(line, match, about)) {
      if (match[1] == "TYPE") CHECK(types.emplace(match[2], match[3]).second);
      continue;
    }
    REQUIRE(std::regex_match(line, match, sample));
    const auto name = std::regex_replace(match[1].str(), std::regex("_(sum|count)$"), "");
    CHECK((types.contains(match[1]) || types[name] == "summary"));
  }
  CHECK(response.body.ends_with('\n'));
}
