#include "agent/cli/restore_command.hpp"

#include "agent/cli/job_command.hpp"
#include "agent/cli/restore_schema.hpp"
#include "agent/cli/restore_settings.hpp"
#include "restore/restore_job.hpp"

namespace sidekick::cli {

namespace {

std::unique_ptr<OneShotJob> make_restore_job(const config::Settings& settings, Log& log) {
  return std::make_unique<restore::RestoreJob>(restore_settings(settings, log));
}

}  // namespace

int run_restore(const Invocation& invocation) {
  return run_job(invocation, restore_schema(), make_restore_job);
}

}  // namespace sidekick::cli
