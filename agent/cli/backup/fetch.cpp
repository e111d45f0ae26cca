#include "backup/fetch.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>

#include "agent/cli/backup/admin.hpp"
#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/stall_guard.hpp"
#include "agent/cli/backup/table.hpp"
#include "agent/cli/output.hpp"
#include "dump/output_file.hpp"
#include "filters/fd_sink.hpp"
#include "sidekick/error.hpp"
#include "sidekick/json.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

using storage::Manifest;

namespace {

/// Without the endings of what is taken off.
std::string plain_name(std::string name, const Manifest& backup) {
  const auto cut = [&name](std::string_view ending) {
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  };
  if (backup.encrypted) cut(".age");
  if (backup.compression == "zstd") cut(".zst");
  if (backup.compression == "gzip") cut(".gz");
  return name;
}

void fetch_into(const Administration& context, const Manifest& backup, filters::Sink& sink, const CancelToken& cancel) {
  if (context.settings.values.flag("plain"))
    backup::fetch_plain(context.storage, backup, age_identities(context.settings.values), sink, cancel);
  else
    backup::fetch_stored(context.storage, backup, sink, cancel);
}

std::unique_ptr<filters::Sink> open_sink(const std::string& out, const CancelToken& cancel) {
  if (out != "-") return std::make_unique<dump::OutputFile>(out, cancel);
  Fd copy(::dup(STDOUT_FILENO));
  if (!copy) throw error_from_errno("cannot write to standard output", errno);
  return std::make_unique<filters::FdSink>(std::move(copy), "standard output", cancel);
}

std::chrono::milliseconds stall_timeout(const config::Values& values) {
  const auto out = values.duration("stall-timeout").value_or(std::chrono::minutes(2));
  if (out.count() == 0) throw values.bad_value("stall-timeout", "a limit of zero");
  return out;
}

std::string done_json(const Manifest& backup, const std::string& out, bool plain) {
  return "{\"name\": " + json_quoted(backup.name) + ", \"out\": " + json_quoted(out) +
         ", \"bytes\": " + std::to_string(plain ? backup.plain_bytes : backup.bytes) +
         ", \"sha256\": " + json_quoted(plain ? backup.plain_sha256 : backup.sha256) + "}\n";
}

}  // namespace

void fetch_backup(const Administration& context) {
  const auto& values = context.settings.values;
  const bool plain = values.flag("plain");
  if (!plain && values.given("identity-file"))
    throw Error(ErrorKind::config, "--identity-file needs --plain", "without it the stored bytes are copied unchanged");
  if (values.flag("json") && values.text("out") == "-")
    throw Error(ErrorKind::config, "--json and --out=- exclude each other", "both would write to standard output");
  const auto name = backup_argument(context);
  auto out = values.text("out");
  Manifest backup;
  SystemClock clock;
  StallGuard guard(clock, stall_timeout(values), context.cancel);
  guard.run([&] {
    backup = storage::Catalog(context.storage, job_of_latest(context)).find(name, context.log, guard.token());
    const auto own_name = plain ? plain_name(backup.name, backup) : backup.name;
    if (out.empty()) out = own_name;
    if (std::error_code ignored; std::filesystem::is_directory(out, ignored))
      out = std::filesystem::path(out) / own_name;
    const auto sink = open_sink(out, guard.token());
    fetch_into(context, backup, *guard.watched(*sink), guard.token());
  });
  if (values.flag("json"))
    write_out(done_json(backup, out, plain));
  else if (out != "-")
    write_out(out + "\n");
}

}  // namespace sidekick::cli
