#include "agent/cli/wait_command.hpp"

#include "agent/cli/command_words.hpp"
#include "agent/cli/job_command.hpp"
#include "agent/cli/wait_schema.hpp"
#include "agent/cli/wait_settings.hpp"
#include "sidekick/child.hpp"
#include "wait/wait_job.hpp"

namespace sidekick::cli {

namespace {

JobPlan plan_of(const config::Settings& settings, const JobFrame& frame) {
  JobPlan plan;
  plan.job = std::make_unique<wait::WaitJob>(wait_settings(settings, frame.environment, frame.log));
  return plan;
}

}  // namespace

int run_wait(const Invocation& invocation) {
  const auto words = split_at_command(invocation.words);
  JobCommand command{.schema = wait_schema(), .plan = plan_of};
  if (words.command) command.first_process = JobCommand::FirstProcess::itself;
  const int code = run_job({words.ours, invocation.environment}, command);
  if (code != 0 || !words.command) return code;
  become(*words.command);
}

}  // namespace sidekick::cli
