#include "agent/cli/restore_command.hpp"

#include "agent/cli/job_command.hpp"
#include "agent/cli/restore_schema.hpp"
#include "agent/cli/restore_settings.hpp"
#if __has_include("restore/restore_job.hpp")
#include "restore/restore_job.hpp"
#endif

namespace sidekick::cli {

namespace {

std::unique_ptr<OneShotJob> make_restore_job(const config::Settings& settings, Log& log) {
  auto told = restore_settings(settings, log);
#if __has_include("restore/restore_job.hpp")
  return std::make_unique<restore::RestoreJob>(std::move(told));
#else
  throw Error(ErrorKind::internal, "this build has no restore job for '" + told.path + "'");
#endif
}

}  // namespace

int run_restore(const Invocation& invocation) {
  return run_job(invocation, restore_schema(), make_restore_job);
}

}  // namespace sidekick::cli
