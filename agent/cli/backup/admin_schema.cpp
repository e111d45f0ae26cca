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
constexpr std::string_view removal = "What is removed";
constexpr std::string_view output = "Output";

/// There are no attempts and no parking: somebody waits for the answer.
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
          .help = "private keys of age, for a backup that is encrypted",
          .group = file,
          .arity = Arity::repeated};
}

Setting timeout_setting(std::string_view fallback) {
  return {.name = "timeout",
          .value_name = "DURATION",
          .help = "time limit for the whole command; then the exit code is 124",
          .group = output,
          .fallback = fallback};
}

constexpr std::string_view usual_timeout = "10m";

/// What --help shows, of those that a command has.
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
      setting.help = "the least that is logged: debug, info, warning or error; warning unless given";
    schema.settings.push_back(setting);
  }
  for (const auto name : first)
    if (schema.find(name) && schema.first.size() < 10) schema.first.push_back(name);
  return schema;
}

constexpr std::string_view job_of_latest = "whose backup 'latest' is; by default any job's";

}  // namespace

config::Schema backup_list_schema() {
  return complete(
      {.command = "backup list",
       .summary = "Lists the backups there are, oldest first.",
       .arguments = "",
       .description = "Each with when it was taken, its age and size, how far it was proven, and whether it "
                      "is suspect: much smaller than the last good one. One whose object is missing or has another "
                      "size, or whose manifest cannot be read, says so and never counts for retention. "
                      "Times are shown in the zone TZ, or that of /etc/localtime.",
       .settings = {job_setting("only those of this job"),
                    json_setting("print an array of their manifests, each with its presence in the storage")},
       .file_keys = {}});
}

config::Schema backup_show_schema() {
  return complete({.command = "backup show",
                   .summary = "Shows all that is known of one backup.",
                   .arguments = "NAME | latest",
                   .description =
                       "What its manifest says: the source, when it was taken, sizes, digests, counts, proof "
                       "and warnings.",
                   .settings = {job_setting(job_of_latest), json_setting("print the manifest")},
                   .file_keys = {}});
}

config::Schema backup_fetch_schema() {
  return complete({.command = "backup fetch",
                   .summary = "Copies one backup out of the storage.",
                   .arguments = "NAME | latest",
                   .description = "The file appears under its name only when all of it was read and its sha256 is that "
                                  "of the manifest; to standard output, only the exit code tells.",
                   .settings = {job_setting(job_of_latest),
                                {.name = "out",
                                 .value_name = "FILE",
                                 .help = "where to, '-' is standard output; by default a file of the backup's name in "
                                         "the current folder",
                                 .group = file},
                                {.name = "plain",
                                 .help = "decrypt and decompress it; a file of its own name then loses the endings "
                                         ".age, .zst and .gz",
                                 .group = file,
                                 .arity = Arity::flag},
                                identity_setting(),
                                {.name = "stall-timeout",
                                 .value_name = "DURATION",
                                 .help = "give up, with the exit code 124, when less than 64 KiB come in that time; "
                                         "--timeout limits the whole",
                                 .group = file,
                                 .fallback = "2m"},
                                json_setting("print what was written where")},
                   .file_keys = {}},
                  "");
}

config::Schema backup_prune_schema() {
  config::Schema schema{
      .command = "backup prune",
      .summary = "Removes the backups that no rule keeps.",
      .arguments = "",
      .description =
          "Prints each backup with the rules that keep it, and removes the others, and objects and uploads of the job "
          "that were never finished and are older than 24 hours. The newest backup of the highest proof always stays; "
          "while the newest backup is suspect, all do. A backup that is missing, cut or unreadable takes no place and "
          "stays as it is; a manifest that cannot be read makes the exit code 65 after the work is done. Waits for a "
          "backup that is being taken.",
      .settings =
          {job_setting("whose backups; needed where there are several jobs in the storage"),
           {.name = "keep",
            .value_name = "RULES",
            .help = "which backups stay: last=7,daily=7,weekly=4,monthly=12,yearly=3,within=1y6m7d12h, and hourly; "
                    "the units of within are years, months, days and hours, as in restic. Without it none is "
                    "removed",
            .group = removal},
           {.name = "dry-run", .help = "only print what would be removed", .group = removal, .arity = Arity::flag},
           {.name = "lease-wait",
            .value_name = "DURATION",
            .help = "how long to wait for a backup of the job that is being taken; one that died is known "
                    "after a minute",
            .group = removal,
            .fallback = "2m"},
           json_setting("print the decisions")},
      .file_keys = {}};
  for (auto& setting : task_settings(removal)) schema.settings.push_back(setting);
  return complete(std::move(schema));
}

config::Schema backup_accept_schema() {
  return complete({.command = "backup accept",
                   .summary = "Says that a suspect backup is right.",
                   .arguments = "NAME",
                   .description = "It counts from then on, also as what the next one is compared with, and retention "
                                  "goes on.",
                   .settings = {json_setting("print the manifest as it is then")},
                   .file_keys = {}});
}

}  // namespace sidekick::cli
