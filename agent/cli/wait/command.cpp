#include "agent/cli/wait/command.hpp"

#include <algorithm>

#include "agent/cli/command_words.hpp"
#include "agent/cli/job_command.hpp"
#include "agent/cli/wait/schema.hpp"
#include "agent/cli/wait/settings.hpp"
#include "agent/config/values.hpp"
#include "agent/runtime/process.hpp"
#include "run/command_job.hpp"
#include "sidekick/child.hpp"
#include "wait/wait_job.hpp"

namespace sidekick::cli {

namespace {

using namespace std::chrono_literals;

using Words = std::vector<std::string>;

/// Asked before the settings are known to be right: it decides who receives the signals meanwhile.
bool wants_init(const Invocation& invocation, const Words& ours) {
  constexpr std::string_view with_value = "--init=";
  const auto word = std::ranges::find_if(
      ours.rbegin(), ours.rend(), [&](std::string_view w) { return w == "--init" || w.starts_with(with_value); });
  if (word != ours.rend())
    return *word == "--init" || config::parse_switch(word->substr(with_value.size())).value_or(false);
  const auto found = invocation.environment.find("SIDEKICK_INIT");
  return found != invocation.environment.end() && config::parse_switch(found->second).value_or(false);
}

std::unique_ptr<wait::WaitJob> wait_job(const config::Settings& settings, const JobFrame& frame) {
  return std::make_unique<wait::WaitJob>(wait_settings(settings, frame.environment, frame.log));
}

/// The command is run by the machinery of `run`, which waits first.
JobPlan init_plan(const config::Settings& settings, const JobFrame& frame, const std::optional<Words>& words) {
  if (!words)
    throw Error(ErrorKind::usage, "--init without a command",
                "it stands behind '--': sidekick wait URL --init -- COMMAND");
  constexpr auto after_grace = 3s;
  run::Settings told;
  told.argv = *words;
  for (const auto& [name, value] : frame.environment) told.environment.emplace_back(name).append("=").append(value);
  JobPlan plan;
  plan.policy.let_go = told.grace + after_grace;
  auto job = std::make_unique<run::CommandJob>(std::move(told), wait_job(settings, frame), frame.signals, frame.stop);
  plan.ended = [&job = *job, &log = frame.log](int code, std::string_view text) { return job.ended(code, text, log); };
  plan.job = std::move(job);
  return plan;
}

}  // namespace

int run_wait(const Invocation& invocation) {
  const auto words = split_at_command(invocation.words);
  const Invocation ours{words.ours, invocation.environment};
  if (wants_init(invocation, words.ours))
    return run_job(ours, {.schema = wait_schema(),
                          .plan = [&](const config::Settings& settings,
                                      const JobFrame& frame) { return init_plan(settings, frame, words.command); },
                          .http = http_plan,
                          .wraps = Wraps::another_program});
  bool is_met = false;  // --help and its like end with 0 too
  const auto plan_of = [&](const config::Settings& settings, const JobFrame& frame) {
    JobPlan plan;
    plan.job = wait_job(settings, frame);
    plan.ended = [&](int code, std::string_view text) {
      is_met = code == 0;
      return std::string(text);
    };
    return plan;
  };
  const int code = run_job(ours, {.schema = wait_schema(),
                                  .plan = plan_of,
                                  .http = http_plan,
                                  .wraps = words.command ? Wraps::until_its_end : Wraps::nothing});
  if (!is_met || code != 0 || !words.command) return code;
  runtime::remove_traces();
  become(*words.command);
}

}  // namespace sidekick::cli
