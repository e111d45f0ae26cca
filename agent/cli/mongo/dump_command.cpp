#include "agent/cli/mongo/dump_command.hpp"

#include "agent/cli/job_command.hpp"
#include "agent/cli/mongo/dump_schema.hpp"
#include "agent/cli/mongo/dump_settings.hpp"
#include "dump/dump_job.hpp"

namespace sidekick::cli {

namespace {

std::unique_ptr<OneShotJob> make_dump_job(const config::Settings& settings, Log& log) {
  return std::make_unique<dump::DumpJob>(dump_settings(settings, log));
}

}  // namespace

int run_dump(const Invocation& invocation) {
  return run_job(invocation, dump_schema(), make_dump_job);
}

}  // namespace sidekick::cli
