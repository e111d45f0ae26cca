#include "dump/dump_job.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "dump/dump_run.hpp"
#include "dump/folder_output.hpp"
#include "dump/output_file.hpp"
#include "filters/compress.hpp"
#include "sidekick/error.hpp"
#include "sidekick/plural.hpp"

namespace sidekick::dump {

namespace {

// Each file of a folder has its own compressor, and memory is bounded.
constexpr int compressed_files_at_once = 2;

Outcome outcome_of(const Report& report) {
  const auto views = static_cast<std::uint64_t>(
      std::ranges::count_if(report.collections, [](const auto& collection) { return collection.type == "view"; }));
  std::string summary = "dumped " + plural(report.documents, "document") + " of " +
                        plural(report.collections.size() - views, "collection");
  if (views > 0) summary += ", " + plural(views, "view");
  if (report.oplog) summary += ", " + plural(report.oplog_entries, "oplog entry", "oplog entries");
  return {summary};
}

filters::CompressionSettings compression_of(const Settings& settings) {
  return {.kind = settings.compression, .level = settings.compression_level, .threads = settings.compression_threads};
}

/// As mongodump: the file "archive" inside a folder.
std::string archive_path(const Settings& settings) {
  std::error_code error;
  if (!std::filesystem::is_directory(settings.path, error)) return settings.path;
  std::string name = "archive";
  if (settings.compression == filters::Compression::gzip) name += ".gz";
  if (settings.compression == filters::Compression::zstd) name += ".zst";
  return (std::filesystem::path(settings.path) / name).string();
}

Report to_file(const Settings& settings, DumpRun& run, JobContext& context) {
  OutputFile file(archive_path(settings), context.cancel);
  const auto sink = filters::compressed_into(compression_of(settings), file);
  ArchiveOutput output(*sink);
  // Only a plain file can get the counts into its header, which is written before they are known.
  const bool plain = settings.compression == filters::Compression::none && file.can_overwrite();
  const auto report = run.write(output, plain ? DumpRun::Counts::reserved : DumpRun::Counts::left_out);
  if (plain) file.overwrite(0, mongo::archive_beginning(run.final_header()));
  sink->finish();
  return report;
}

Report to_folder(const Settings& settings, DumpRun& run, JobContext& context) {
  FolderOutput output({settings.path, compression_of(settings), settings.db}, context.cancel);
  return run.write(output, DumpRun::Counts::left_out);
}

Report to_standard_output(const Settings& settings, DumpRun& run, JobContext& context) {
  Fd fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!fd) throw error_from_errno("cannot write to standard output", errno);
  filters::FdSink file(std::move(fd), "standard output", context.cancel);
  const auto sink = filters::compressed_into(compression_of(settings), file);
  ArchiveOutput archive(*sink);
  DocumentsOutput documents(*sink);
  const auto report = settings.destination == Destination::documents ? run.write(documents, DumpRun::Counts::left_out)
                                                                     : run.write(archive, DumpRun::Counts::left_out);
  sink->finish();
  return report;
}

Outcome rehearse(const DumpRun& run, JobContext& context) {
  for (const auto& item : run.items())
    context.log.info("would dump", {{"collection", item.ns.text()}, {"type", item.type}});
  return {"nothing was written: " + plural(run.items().size(), "collection") + " would be dumped"};
}

}  // namespace

Report write_archive(const Settings& settings, filters::Sink& sink, JobContext& context) {
  DumpRun run(settings, context);
  run.open();
  ArchiveOutput output(sink);
  return run.write(output, DumpRun::Counts::left_out);
}

Deployment ask_deployment(const mongo::Connection& connection, JobContext& context) {
  const std::unique_ptr<mongo::Pool, mongo::DestroyInBackground> pool(new mongo::Pool(connection, context.cancel));
  const auto server = find_server(*pool, parse_read_preference({}, pool->uri()), context);
  return {.replica_set = server.replica_set, .sharded = server.sharded, .server_version = server.version};
}

Outcome DumpJob::run(JobContext& context) {
  if (output_used_)
    throw Error(ErrorKind::io, "the output was already written to, and cannot be restarted", "start it again",
                Retry::never);
  auto settings = settings_;
  if (settings.destination == Destination::folder && settings.compression != filters::Compression::none)
    settings.parallel_collections = std::min(settings.parallel_collections, compressed_files_at_once);
  DumpRun run(settings, context);
  run.open();
  if (settings.dry_run) return rehearse(run, context);
  if (settings.destination == Destination::folder) return outcome_of(to_folder(settings, run, context));
  if (settings.destination == Destination::archive_file) return outcome_of(to_file(settings, run, context));
  output_used_ = true;
  try {
    return outcome_of(to_standard_output(settings, run, context));
  } catch (const Error& error) {
    if (!error.transient()) throw error.without_retry();
    throw Error(ErrorKind::io, error.message(), "part of the dump was already written to standard output: run it again",
                Retry::never);
  }
}

}  // namespace sidekick::dump
