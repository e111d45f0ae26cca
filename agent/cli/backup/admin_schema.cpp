#include "agent/cli/backup/admin_schema.hpp"

#include <algorithm>
#include <array>

#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/lease_holder.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view which = "Which backups";
constexpr std::string_view file = "The file";
constexpr std::string_view removal = "Removal";
constexpr std::string_view output = "Output";

/// No attempts and no parking: a user waits for the answer.
constexpr std::array common{"log-format", "log-level", "verbose",  "quiet",  "print-config",
                            "man",        "help",      "help-all", "version"};

Setting storage_setting() {
  return {.name = "to",
          .value_name = "STORAGE",
          .help = "where the backups are: dir:/folder, s3://bucket/prefix, or sftp://user@host/path",
          .group = which,
          .secrecy = Secrecy::url};
}

Setting job_setting(std::string_view help) {
  return {.name = "job", .value_name = "NAME", .help = help, .group = which, .arity = Arity::repeated};
}

Setting json_setting(std::string_view help) {
  return {.name = "json", .help = help, .group = output, .arity = Arity::flag};
}

Setting identity_setting() {
  return {.name = "identity-file",
          .value_name = "FILE",
          .help = "private keys of age, for an encrypted backup",
          .group = file,
          .arity = Arity::repeated};
}

Setting timeout_setting(std::string_view fallback) {
  return {.name = "timeout",
          .value_name = "DURATION",
          .help = "time limit for the whole run; then the exit code is 124",
          .group = output,
          .fallback = fallback};
}

constexpr std::string_view usual_timeout = "10m";

/// The settings that --help shows, of those that a command has.
constexpr std::array<std::string_view, 13> first{
    "to",   "job",         "out",           "plain",         "keep",         "dry-run", "identity-file",
    "json", "s3-endpoint", "s3-access-key", "s3-secret-key", "ssh-key-file", "timeout"};

config::Schema complete(config::Schema schema, std::string_view timeout = usual_timeout) {
  schema.settings.push_back(timeout_setting(timeout));
  schema.settings.insert(schema.settings.begin(), storage_setting());
  for (auto& setting : storage_settings()) schema.settings.push_back(setting);
  for (auto& setting : common_settings()) {
    if (std::ranges::find(common, setting.name) == common.end()) continue;
    if (setting.name == "log-level")
      setting.help = "lowest level that is logged: debug, info, warning or error; warning unless given";
    schema.settings.push_back(setting);
  }
  for (const auto name : first)
    if (schema.find(name) && schema.first.size() < 10) schema.first.push_back(name);
  return schema;
}

constexpr std::string_view job_of_latest = "the job whose backup 'latest' means; any job by default";

}  // namespace

config::Schema backup_list_schema() {
  return complete(
      {.command = "backup list",
       .summary = "Lists the existing backups, oldest first.",
       .arguments = "",
       .description = "Shows when each backup was taken, its age and size, how far it was verified, and whether it is "
                      "suspect: much smaller than the last good one. A backup whose object is missing or has another "
                      "size, or whose manifest is unreadable, is marked and never counts for retention. Times are in "
                      "the zone TZ, or that of /etc/localtime.",
       .settings = {job_setting("only the backups of this job"),
                    json_setting("print an array of their manifests, each with its presence in the storage")},
       .file_keys = {}});
}

config::Schema backup_show_schema() {
  return complete(
      {.command = "backup show",
       .summary = "Shows everything about one backup.",
       .arguments = "NAME | latest",
       .description =
           "Prints its manifest: the source, when it was taken, sizes, digests, counts, verification and warnings.",
       .settings = {job_setting(job_of_latest), json_setting("print the manifest")},
       .file_keys = {}});
}

config::Schema backup_fetch_schema() {
  return complete(
      {.command = "backup fetch",
       .summary = "Copies one backup from the storage to a file.",
       .arguments = "NAME | latest",
       .description = "The file appears under its name only when it is complete and its sha256 matches the manifest. "
                      "With standard output, only the exit code shows a failure.",
       .settings =
           {job_setting(job_of_latest),
            {.name = "out",
             .value_name = "FILE",
             .help = "output file, '-' is standard output; by default a file with the name of the backup in the "
                     "current folder",
             .group = file},
            {.name = "plain",
             .help = "decrypt and decompress; the default file name then loses .age, .zst and .gz",
             .group = file,
             .arity = Arity::flag},
            identity_setting(),
            {.name = "stall-timeout",
             .value_name = "DURATION",
             .help =
                 "fail with exit code 124 when less than 64 KiB arrive in this time; --timeout limits the whole run",
             .group = file,
             .fallback = "2m"},
            json_setting("print what was written and where")},
       .file_keys = {}},
      "");
}

config::Schema backup_prune_schema() {
  config::Schema schema{
      .command = "backup prune",
      .summary = "Removes the backups that no rule keeps.",
      .arguments = "",
      .description =
          "Prints each backup with the rules that keep it, and removes the others. It also removes objects and uploads "
          "of the job that were never finished and are older than 24 hours. The newest backup with the best "
          "verification is always kept; while the newest backup is suspect, all are. A missing, truncated or "
          "unreadable backup does not count for a rule and is left alone; an unreadable manifest makes the exit code "
          "65 after the work is done. Waits for a running backup.",
      .settings =
          {job_setting("the job to prune; needed where the storage holds several jobs"),
           {.name = "keep",
            .value_name = "RULES",
            .help = "which backups to keep: last=7,daily=7,weekly=4,monthly=12,yearly=3,within=1y6m7d12h, and hourly; "
                    "the units of within are years, months, days and hours, as in restic. Without it none is removed",
            .group = removal},
           {.name = "dry-run", .help = "only print what would be removed", .group = removal, .arity = Arity::flag},
           {.name = "lease-wait",
            .value_name = "DURATION",
            .help = "how long to wait for a running backup of the job; the lease of a process that died expires after "
                    "a minute",
            .group = removal,
            .fallback = "2m"},
           json_setting("print the decisions")},
      .file_keys = {}};
  for (auto& setting : task_settings(removal)) schema.settings.push_back(setting);
  return complete(std::move(schema));
}

config::Schema backup_accept_schema() {
  return complete(
      {.command = "backup accept",
       .summary = "Marks a suspect backup as good.",
       .arguments = "NAME",
       .description =
           "From then on it counts, also as the size that the next backup is compared with, and retention continues.",
       .settings = {json_setting("print the manifest after the change")},
       .file_keys = {}});
}

}  // namespace sidekick::cli
