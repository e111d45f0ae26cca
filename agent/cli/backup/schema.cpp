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

constexpr std::string_view what = "What and where to";
constexpr std::string_view when = "When";
constexpr std::string_view form = "Compression and encryption";
constexpr std::string_view verification = "Verification";
constexpr std::string_view keeping = "What is kept";
constexpr std::string_view hooks = "Hooks and notifications";

std::vector<Setting> what_and_where() {
  return {
      {.name = "from",
       .value_name = "SOURCE",
       .help = "what to back up: mongodb://..., dir:/folder, or 'exec: COMMAND' for its standard output; each makes a "
               "backup of its own; several in one variable or file stand on a line each",
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
       .help = "the name under which backups are kept; by default that of the database, host, folder or program. Given "
               "once for several sources it begins each name, else it is given for each in their order",
       .group = what,
       .arity = Arity::repeated},
      {.name = "exclude",
       .value_name = "PATTERN",
       .help = "leave files and folders of dir: sources out, in the syntax of .gitignore: 'cache/', '*.log', "
               "'/build', 'a/**/b', '!keep.log'. Paths begin at the source; the last pattern that matches decides; "
               "below an excluded folder nothing is taken in again. Several in one variable stand on a line each",
       .group = what,
       .arity = Arity::repeated,
       .list = List::whole},
      {.name = "allow-empty",
       .help = "back up a source that is empty, instead of failing",
       .group = what,
       .arity = Arity::flag},
      {.name = "nsInclude",
       .value_name = "PATTERN",
       .help = "of a MongoDB back up only the namespaces that match, such as shop.* or *.orders; then as a snapshot, "
               "since the oplog is of all namespaces. A pattern that matches nothing is an error",
       .group = what,
       .arity = Arity::repeated},
      {.name = "nsExclude",
       .value_name = "PATTERN",
       .help = "leave out those that match, also of those that --nsInclude takes",
       .group = what,
       .arity = Arity::repeated},
      {.name = "snapshot",
       .help = "dump a MongoDB as of one cluster time instead of with its oplog; needs 5.0",
       .group = what,
       .arity = Arity::flag},
      {.name = "parallel-collections",
       .value_name = "N",
       .help = "collections of a MongoDB that are read at once, 1 to 64",
       .group = what,
       .fallback = "4"},
  };
}

std::vector<Setting> times() {
  return {
      {.name = "every",
       .value_name = "SCHEDULE",
       .help =
           "when, in the five fields of cron (minute hour day month weekday) or as @daily, @hourly, '@every 6h'; in "
           "the time zone TZ, or that of /etc/localtime. Without it one backup is taken",
       .group = when},
      {.name = "one-time", .help = "take one backup and end", .group = when, .arity = Arity::flag},
      {.name = "now",
       .help = "take one at the start too, and not only where a run was missed",
       .group = when,
       .arity = Arity::flag},
      {.name = "jitter",
       .value_name = "DURATION",
       .help = "put each run off by a random part of this",
       .group = when,
       .fallback = "0s"},
      {.name = "min-interval",
       .value_name = "DURATION",
       .help = "how long nothing is uploaded after a failure that no further attempt can mend, by this process or the "
               "next",
       .group = when,
       .fallback = "10m"},
      {.name = "lease-wait",
       .value_name = "DURATION",
       .help = "how long a run that ends waits for another process at the same job",
       .group = when,
       .fallback = "10m"},
      {.name = "lease-ends-after",
       .value_name = "DURATION",
       .help = "how long a process at the same job may be silent before it is taken for dead, at least 1s",
       .group = when,
       .fallback = "60s"},
  };
}

std::vector<Setting> forms() {
  return {
      {.name = "compress",
       .value_name = "zstd|gzip|none",
       .help = "how the backup is compressed",
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
       .help = "encrypt for all public keys in this file, one a line",
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
       .help = "a MongoDB into which backups are restored under throwaway names and dropped again",
       .group = verification,
       .secrecy = Secrecy::url},
      {.name = "identity-file",
       .value_name = "FILE",
       .help = "private keys of age, to read encrypted backups again",
       .group = verification,
       .arity = Arity::repeated},
      {.name = "max-shrink",
       .value_name = "PERCENT",
       .help = "a backup that is smaller than the last good one by more is kept and marked suspect: nothing is removed "
               "until 'backup accept'",
       .group = verification,
       .fallback = "50%"},
  };
}

std::vector<Setting> keepings() {
  return {
      {.name = "keep",
       .value_name = "RULES",
       .help =
           "which backups stay: last=7,daily=7,weekly=4,monthly=12,yearly=3,within=1y6m7d12h, and hourly; the units of "
           "within are years, months, days and hours, as in restic. Without it none is ever removed",
       .group = keeping},
  };
}

std::vector<Setting> hooks_and_http() {
  return {
      {.name = "before",
       .value_name = "COMMAND",
       .help =
           "a command with its arguments, run before each backup with SIDEKICK_BACKUP_NAME, _JOB, _SOURCE and _KIND; "
           "where it fails there is no backup",
       .group = hooks,
       .form = config::Form::lines},
      {.name = "after",
       .value_name = "COMMAND",
       .help = "the same after each backup, with SIDEKICK_BACKUP_RESULT (success, suspect, failure), _BYTES, _SHA256, "
               "_PROOF and _ERROR too",
       .group = hooks,
       .form = config::Form::lines},
      {.name = "hook-timeout",
       .value_name = "DURATION",
       .help = "the time limit of --before and --after",
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
       .help = "what --notify is told of; of a suspect backup always",
       .group = hooks,
       .fallback = "both"},
      {.name = "ping-success",
       .value_name = "URL",
       .help = "a URL to fetch at the end of each run whose backups are all good, for a service that raises the alarm "
               "when none comes (healthchecks.io, Uptime Kuma and the like)",
       .group = hooks,
       .secrecy = Secrecy::secret},
      {.name = "ping-failure",
       .value_name = "URL",
       .help = "a URL to fetch when a run fails, once until one succeeds again, or when a backup is suspect",
       .group = hooks,
       .secrecy = Secrecy::secret},
      {.name = "http",
       .value_name = "[HOST:]PORT",
       .help = "answer /healthz, /readyz and /metrics there: PORT on 127.0.0.1, :PORT on every interface",
       .group = hooks},
  };
}

}  // namespace

config::Schema backup_schema() {
  config::Schema schema{
      .command = "backup",
      .summary = "Takes backups that are proven, and keeps the right ones.",
      .arguments = "[list | show | fetch | prune | accept]",
      .description =
          "Writes each source as one object, compressed and encrypted on the way, proves it, and puts a manifest "
          "beside "
          "it: without that a backup does not exist, so one that failed or was killed is never taken for one. With "
          "--every it stays and follows a schedule. Restoring is 'sidekick restore --from STORAGE/latest'. The words "
          "list, show, fetch, prune and accept are commands about the backups there are: 'sidekick backup list "
          "--help'.",
      .settings = what_and_where(),
      .file_keys = {},
      .first = {"from", "to", "job", "every", "recipient", "verify", "keep", "notify", "http", "s3-endpoint"}};
  for (auto part : {times(), task_settings(when), forms(), verifying(), keepings(), hooks_and_http(),
                    storage_settings(), common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  return schema;
}

}  // namespace sidekick::cli
