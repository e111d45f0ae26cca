#include "agent/cli/commands.hpp"
#include "agent/cli/wait/settings.hpp"
#include "run/command_job.hpp"
#include "wait/wait_job.hpp"

namespace sidekick::cli {

namespace {

using namespace std::chrono_literals;

/// The command is run by the machinery of `run`, which waits first.
runtime::JobPlan init_plan(wait::Settings targets, const config::Settings& settings, const runtime::JobFrame& frame) {
  constexpr auto after_grace = 3s;
  run::Settings told;
  told.argv = *settings.command;
  for (const auto& [name, value] : frame.environment) told.environment.emplace_back(name).append("=").append(value);
  told.wait_for = std::move(targets);
  runtime::JobPlan plan;
  plan.policy.let_go = told.grace + after_grace;
  auto job = std::make_unique<run::CommandJob>(std::move(told), frame.signals, frame.stop);
  plan.ended = [&job = *job, &log = frame.log](int code, std::string_view text) { return job.ended(code, text, log); };
  plan.job = std::move(job);
  return plan;
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  const auto& values = settings.values;
  const bool is_init = values.flag("init");
  if (is_init && !settings.command)
    values.report(
        {ErrorKind::usage, "--init needs a command", "give it after '--': sidekick wait URL --init -- COMMAND"});
  auto targets = wait_settings(settings, frame.environment, frame.log);
  check_urls(values, targets);
  if (!values.may_be_used()) return {};
  if (is_init) return init_plan(std::move(targets), settings, frame);
  runtime::JobPlan plan;
  plan.job = std::make_unique<wait::WaitJob>(std::move(targets));
  plan.successor = settings.command;
  return plan;
}

ProcessRules rules_of(const config::Settings& settings) {
  ProcessRules rules;
  if (settings.command) rules.wraps = Wraps::until_its_end;
  if (settings.values.flag("init")) rules.wraps = Wraps::another_program;
  return rules;
}

}  // namespace

const Command wait_command{
    .name = "wait",
    .peer = "",
    .summary = "waits for servers, files and names, then exits or becomes the command after --",
    .schema = wait_schema,
    .plan = plan_of,
    .http = http_plan,
    .rules = rules_of,
    .words = Command::Words::then_command,
};

}  // namespace sidekick::cli
