#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/child_environment.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/lease_holder.hpp"

namespace sidekick::cli {

using config::Arity;
using config::List;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view what = "Source and storage";
constexpr std::string_view when = "Schedule";
constexpr std::string_view form = "Compression and encryption";
constexpr std::string_view verification = "Verification";
constexpr std::string_view keeping = "Retention";
constexpr std::string_view hooks = "Hooks and notifications";

std::vector<Setting> what_and_where() {
  return {
      {.name = "from",
       .value_name = "SOURCE",
       .help = "what to back up: mongodb://..., dir:/folder, or 'exec: COMMAND' for its standard output; each makes a "
               "backup of its own. Several in one variable or file are separated by line breaks",
       .group = what,
       .arity = Arity::repeated,
       .secrecy = Secrecy::url,
       .list = List::whole},
      {.name = "to",
       .value_name = "STORAGE",
       .help = "where to: dir:/folder, s3://bucket/prefix, or sftp://user@host/path",
       .group = what,
       .secrecy = Secrecy::url},
      {.name = "job",
       .value_name = "NAME",
       .help =
           "name under which backups are kept; by default that of the database, host, folder or program. Given once "
           "for several sources it is the prefix of each name, else it is given once per source, in the same order",
       .group = what,
       .arity = Arity::repeated},
      {.name = "exclude",
       .value_name = "PATTERN",
       .help = "skip files and folders of dir: sources, in the syntax of .gitignore: 'cache/', '*.log', '/build', "
               "'a/**/b', '!keep.log'. Paths start at the source; the last matching pattern decides; nothing below an "
               "excluded folder is included again. Several in one variable are separated by line breaks",
       .group = what,
       .arity = Arity::repeated,
       .list = List::whole},
      {.name = "allow-empty",
       .help = "back up an empty source, instead of failing",
       .group = what,
       .arity = Arity::flag},
      {.name = "nsInclude",
       .value_name = "PATTERN",
       .help = "back up only the matching namespaces of MongoDB, such as shop.* or *.orders; then as a snapshot, as "
               "the oplog is of all namespaces. A pattern without a match is an error",
       .group = what,
       .arity = Arity::repeated},
      {.name = "nsExclude",
       .value_name = "PATTERN",
       .help = "skip the matching namespaces, also of those that --nsInclude selects",
       .group = what,
       .arity = Arity::repeated},
      {.name = "snapshot",
       .help = "dump MongoDB as of one cluster time instead of with its oplog; needs 5.0",
       .group = what,
       .arity = Arity::flag},
      {.name = "parallel-collections",
       .value_name = "N",
       .help = "collections of MongoDB that are read in parallel, 1 to 64",
       .group = what,
       .fallback = "4"},
  };
}

std::vector<Setting> times() {
  return {
      {.name = "every",
       .value_name = "SCHEDULE",
       .help = "schedule in the five fields of cron (minute hour day month weekday), or @daily, @hourly, '@every 6h'; "
               "in the time zone TZ, or that of /etc/localtime. Without it, one backup is taken",
       .group = when},
      {.name = "one-time", .help = "take one backup and exit", .group = when, .arity = Arity::flag},
      {.name = "now",
       .help = "also take one at the start, and not only where a run was missed",
       .group = when,
       .arity = Arity::flag},
      {.name = "jitter",
       .value_name = "DURATION",
       .help = "delay each run by a random part of this",
       .group = when,
       .fallback = "0s"},
      {.name = "min-interval",
       .value_name = "DURATION",
       .help = "after a failure that no retry can mend, upload nothing for this long, by this process or the next",
       .group = when,
       .fallback = "10m"},
      {.name = "lease-wait",
       .value_name = "DURATION",
       .help = "how long a single backup waits for another process with the same job",
       .group = when,
       .fallback = "10m"},
      {.name = "lease-ends-after",
       .value_name = "DURATION",
       .help = "how long a process with the same job may be silent before its lease expires, at least 1s",
       .group = when,
       .fallback = "60s"},
  };
}

std::vector<Setting> forms() {
  return {
      {.name = "compress",
       .value_name = "zstd|gzip|none",
       .help = "compression of the backup",
       .group = form,
       .fallback = "zstd"},
      {.name = "compression-level",
       .value_name = "N",
       .help = "1 to 9 for gzip (5 unless given), 1 to 19 for zstd (3)",
       .group = form},
      {.name = "compression-threads",
       .value_name = "N",
       .help = "threads that compress, 1 to 64",
       .group = form,
       .fallback = "2"},
      {.name = "recipient",
       .value_name = "AGE1...",
       .help = "encrypt for the owner of this public key of age",
       .group = form,
       .arity = Arity::repeated},
      {.name = "recipients-file",
       .value_name = "FILE",
       .help = "encrypt for all public keys in this file, one per line",
       .group = form},
  };
}

std::vector<Setting> verifying() {
  return {
      {.name = "verify",
       .alias = "prove",
       .value_name = "LEVEL",
       .help =
           "how far a backup is verified before it counts: streamed (structure and counts while it is written), stored "
           "(read back, its sha256 compared), read (also decrypted and parsed to the end), restored (also restored "
           "into --scratch-uri)",
       .group = verification,
       .fallback = "stored"},
      {.name = "scratch-uri",
       .value_name = "URI",
       .help = "a MongoDB to which backups are restored under temporary names, which are dropped again",
       .group = verification,
       .secrecy = Secrecy::url},
      {.name = "identity-file",
       .value_name = "FILE",
       .help = "private keys of age, to read encrypted backups",
       .group = verification,
       .arity = Arity::repeated},
      {.name = "max-shrink",
       .value_name = "PERCENT",
       .help = "a backup that is smaller than the last good one by more than this is kept and marked suspect: nothing "
               "is removed until 'backup accept'",
       .group = verification,
       .fallback = "50%"},
  };
}

std::vector<Setting> keepings() {
  return {
      {.name = "keep",
       .value_name = "RULES",
       .help = "which backups to keep: last=7,daily=7,weekly=4,monthly=12,yearly=3,within=1y6m7d12h, and hourly; the "
               "units of within are years, months, days and hours, as in restic. Without it none is ever removed",
       .group = keeping},
  };
}

std::vector<Setting> hooks_and_http() {
  return {
      {.name = "before",
       .value_name = "COMMAND",
       .help = "a command with its arguments, run before each backup with SIDEKICK_BACKUP_NAME, _JOB, _SOURCE and "
               "_KIND; if it fails, no backup is taken",
       .group = hooks,
       .form = config::Form::lines},
      {.name = "after",
       .value_name = "COMMAND",
       .help = "a command with its arguments, run after each backup, also with SIDEKICK_BACKUP_RESULT (success, "
               "suspect, failure), _BYTES, _SHA256, _VERIFIED and _ERROR",
       .group = hooks,
       .form = config::Form::lines},
      {.name = "hook-timeout",
       .value_name = "DURATION",
       .help = "time limit of --before and --after",
       .group = hooks,
       .fallback = "10m"},
      pass_environment_setting(hooks),
      {.name = "notify",
       .value_name = "URL",
       .help = "a URL to which JSON with the manifest, or with the error, is posted",
       .group = hooks,
       .secrecy = Secrecy::secret},
      {.name = "notify-on",
       .value_name = "success|failure|both",
       .help = "which results --notify reports; a suspect backup is always reported",
       .group = hooks,
       .fallback = "both"},
      {.name = "ping-success",
       .value_name = "URL",
       .help = "a URL to fetch at the end of each run whose backups are all good, for a monitor that raises an alarm "
               "when no request comes (healthchecks.io, Uptime Kuma)",
       .group = hooks,
       .secrecy = Secrecy::secret},
      {.name = "ping-failure",
       .value_name = "URL",
       .help = "a URL to fetch when a run fails, once until one succeeds again, or when a backup is suspect",
       .group = hooks,
       .secrecy = Secrecy::secret},
      {.name = "http",
       .value_name = "[HOST:]PORT",
       .help = "serve /healthz, /readyz and /metrics at this address: PORT on 127.0.0.1, :PORT on every interface",
       .group = hooks},
  };
}

}  // namespace

config::Schema backup_schema() {
  config::Schema schema{
      .command = "backup",
      .summary = "Takes verified backups, and keeps the right ones.",
      .arguments = "[list | show | fetch | prune | accept]",
      .description =
          "Writes each source as one object, compressed and encrypted on the way, verifies it, and writes a manifest "
          "beside it. A backup exists only with its manifest, so a failed or killed one is never mistaken for a "
          "backup. With --every it runs as a service on a schedule. 'sidekick restore --from STORAGE/latest' restores "
          "a backup. The commands list, show, fetch, prune and accept manage the existing backups: see 'sidekick "
          "backup list --help'.",
      .settings = what_and_where(),
      .file_keys = {},
      .first = {"from", "to", "job", "every", "recipient", "verify", "keep", "notify", "http", "s3-endpoint"}};
  for (auto part : {times(), task_settings(when), forms(), verifying(), keepings(), hooks_and_http(),
                    storage_settings(), common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  return schema;
}

}  // namespace sidekick::cli
