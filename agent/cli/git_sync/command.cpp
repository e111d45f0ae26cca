#include <limits>

#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/git_sync/rollback_command.hpp"
#include "agent/cli/git_sync/schema.hpp"
#include "agent/cli/git_sync/settings.hpp"
#include "git_sync/git_sync_job.hpp"
#include "git_sync/report.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

runtime::Policy policy_for(const Values& values, const git_sync::Settings& job, GitSyncMode mode) {
  auto policy = attempts_of(values);
  policy.attempt_timeout = values.duration("sync-timeout");
  if (mode == GitSyncMode::in_place) return policy;
  constexpr auto least = std::numeric_limits<int>::min(), most = std::numeric_limits<int>::max();
  policy.failures = runtime::CountFailures{.max_failures = values.integer("max-failures", least, most).value_or(0),
                                           .init_max_failures = values.integer("init-max-failures", least, most),
                                           .period = job.period,
                                           .init_period = job.init_period};
  policy.exit_code_of = runtime::git_sync_exit_code;
  return policy;
}

std::optional<HttpPlan> http_of(const Values& values) {
  HttpPlan plan;
  plan.sync_token = values.secret("sync-token");
  if (values.find("root")) plan.actions = rollback_actions(std::filesystem::absolute(values.text("root")));
  if (values.find("http")) {
    plan.address = values.text("http");
    return plan;
  }
  if (!values.find("http-bind")) return {};
  plan.address = values.text("http-bind");
  plan.metrics = values.flag("http-metrics") ? HttpPlan::Metrics::open : HttpPlan::Metrics::closed;
  plan.root = HttpPlan::Root::git_sync;
  return plan;
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  const auto& values = settings.values;
  values.judge([&] { check_git_sync_mode(values); });
  const auto mode = git_sync_mode(values);
  auto job = git_sync_settings(settings, frame.environment, mode, frame.log);
  runtime::JobPlan plan;
  plan.policy = policy_for(values, job, mode);
  plan.trigger_signal = values.judge([&] { return sync_signal(values, mode); });
  if (values.flag("one-time")) plan.steps = runtime::JobPlan::Steps::one;
  if (!values.may_be_used()) return {};
  plan.job = std::make_unique<git_sync::GitSyncJob>(std::move(job), frame.log, frame.metrics);
  return plan;
}

ProcessRules rules_of(const config::Settings& settings) {
  ProcessRules rules;
  if (git_sync_mode(settings.values) == GitSyncMode::linked) {
    rules.exit_code_of = runtime::git_sync_exit_code;
    rules.log_format = status::LogFormat::git_sync;
  }
  rules.refused = [file = error_file_of(settings.values)](const Error& error, Log& log) {
    git_sync::write_error_file(file, {}, error, log);
  };
  return rules;
}

}  // namespace

const Command git_sync_command{
    .name = "git-sync",
    .peer = "",
    .summary = "keeps a folder at a git ref; flags and rules of kubernetes/git-sync",
    .schema = git_sync_schema,
    .plan = plan_of,
    .http = http_of,
    .rules = rules_of,
    .subcommand = run_git_sync_admin,
};

}  // namespace sidekick::cli
