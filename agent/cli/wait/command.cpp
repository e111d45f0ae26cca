#include "agent/cli/commands.hpp"
#include "agent/cli/wait/settings.hpp"
#include "agent/config/early_switch.hpp"
#include "run/command_job.hpp"
#include "wait/wait_job.hpp"

namespace sidekick::cli {

namespace {

using namespace std::chrono_literals;

std::unique_ptr<wait::WaitJob> wait_job(const config::Settings& settings, const runtime::JobFrame& frame) {
  return std::make_unique<wait::WaitJob>(wait_settings(settings, frame.environment, frame.log));
}

/// The command is run by the machinery of `run`, which waits first.
runtime::JobPlan init_plan(const config::Settings& settings, const runtime::JobFrame& frame) {
  if (!settings.command)
    throw Error(ErrorKind::usage, "--init needs a command", "give it after '--': sidekick wait URL --init -- COMMAND");
  constexpr auto after_grace = 3s;
  run::Settings told;
  told.argv = *settings.command;
  for (const auto& [name, value] : frame.environment) told.environment.emplace_back(name).append("=").append(value);
  runtime::JobPlan plan;
  plan.policy.let_go = told.grace + after_grace;
  auto job = std::make_unique<run::CommandJob>(std::move(told), wait_job(settings, frame), frame.signals, frame.stop);
  plan.ended = [&job = *job, &log = frame.log](int code, std::string_view text) { return job.ended(code, text, log); };
  plan.job = std::move(job);
  return plan;
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame& frame) {
  if (settings.values.flag("init")) return init_plan(settings, frame);
  runtime::JobPlan plan;
  plan.job = wait_job(settings, frame);
  plan.successor = settings.command;
  return plan;
}

ProcessRules rules_of(const config::Schema& schema, const Invocation& invocation) {
  ProcessRules rules;
  if (invocation.command) rules.wraps = Wraps::until_its_end;
  // Read before the settings are validated: it decides who receives the signals meanwhile.
  if (config::early_switch(schema, "init", invocation.words, invocation.environment))
    rules.wraps = Wraps::another_program;
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
