/// The endpoints of a process that runs one job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/setting.hpp"
#include "agent/config/values.hpp"
#include "agent/runtime/trigger.hpp"
#include "agent/status/health.hpp"
#include "agent/status/http_server.hpp"
#include "agent/status/metrics.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

/// What a POST to `path` with the token of the syncs does.
struct HttpAction {
  std::string path;
  std::function<status::Response()> act;
};

struct HttpPlan {
  std::string address;  ///< as parse_http_address() takes it
  enum class Metrics { open, closed } metrics = Metrics::open;
  enum class Root { none, git_sync } root = Root::none;  ///< what is answered to every other path
  Secret sync_token;                                     ///< empty: POST /sync is closed
  std::vector<HttpAction> actions{};
  /// What becomes of the process where it cannot listen there.
  enum class Unavailable { fatal, warned_of, expected } unavailable = Unavailable::fatal;
};

/// What the endpoints tell of and act on; all of it outlives the server.
struct HttpFrame {
  const status::Health& health;
  const status::Metrics& metrics;
  runtime::Trigger& trigger;
};

/// The setting --http of jobs that end, and the plan it stands for: nothing unless it is given. Where the port is taken
/// such a job warns and goes on without: it may run beside a service with the same environment.
config::Setting http_setting(std::string_view group);
std::optional<HttpPlan> http_plan(const config::Values& values);

/// Throws Error as HttpServer and parse_http_address().
std::unique_ptr<status::HttpServer> open_endpoints(const HttpPlan& plan, const HttpFrame& frame);

}  // namespace sidekick::cli
