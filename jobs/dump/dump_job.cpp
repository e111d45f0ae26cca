#include "dump/dump_job.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "dump/dump_run.hpp"
#include "dump/output_file.hpp"
#include "filters/fd_sink.hpp"
#include "sidekick/error.hpp"

namespace sidekick::dump {

namespace {

std::string plural(std::uint64_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

Outcome outcome_of(const Report& report) {
  return {"dumped " + plural(report.documents, "document") + " of " + plural(report.collections.size(), "collection")};
}

}  // namespace

Report write_archive(const Settings& settings, filters::Sink& sink, JobContext& context) {
  DumpRun run(settings, context);
  run.open();
  ArchiveOutput output(sink);
  return run.write(output);
}

Outcome DumpJob::run(JobContext& context) {
  DumpRun run(settings_, context);
  run.open();
  OutputFile file(settings_.path, context.cancel);
  ArchiveOutput output(file);
  const auto report = run.write(output);
  file.finish();
  return outcome_of(report);
}

}  // namespace sidekick::dump
