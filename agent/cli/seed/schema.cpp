#include "agent/cli/common_settings.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/cli/lease_holder.hpp"
#include "agent/cli/mongo/restore_schema.hpp"
#include "agent/cli/seed/settings.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Setting;

namespace {

constexpr std::string_view content = "Content";
constexpr std::string_view policies = "What is there already";
constexpr std::string_view working = "Working";

std::vector<Setting> contents() {
  return {
      {.name = "name",
       .value_name = "NAME",
       .help = "name of this seed in the ledger: up to 64 letters, digits, '-', '_' and '.'",
       .group = content,
       .fallback = "default"},
      {.name = "archive",
       .value_name = "FILE|FOLDER",
       .help = "the archive or dump folder to put in place, plain or compressed, as mongodump writes them",
       .group = content},
      {.name = "label",
       .value_name = "LABEL",
       .help = "what people call this content, such as v2: shown with its hash",
       .group = content},
      {.name = "identity-file",
       .value_name = "FILE",
       .help = "private keys of age, for an encrypted archive",
       .group = content,
       .arity = Arity::repeated},
      {.name = "nsInclude",
       .value_name = "PATTERN",
       .help = "seed only the matching namespaces; * matches anything; a pattern without a match is exit code 66",
       .group = content,
       .arity = Arity::repeated},
      {.name = "nsExclude",
       .value_name = "PATTERN",
       .help = "skip the matching namespaces",
       .group = content,
       .arity = Arity::repeated},
      {.name = "nsFrom",
       .value_name = "PATTERN",
       .help = "rename the matching namespaces by the --nsTo in the same position: --nsFrom='shop.*' --nsTo='test.*'",
       .group = content,
       .arity = Arity::repeated},
      {.name = "nsTo", .value_name = "PATTERN", .help = "see --nsFrom", .group = content, .arity = Arity::repeated},
  };
}

std::vector<Setting> deciding() {
  return {
      {.name = "on-change",
       .value_name = "keep|replace|refuse",
       .help =
           "what to do where another content is in place. keep: keep it, warn and exit with 0; replace: put the new "
           "content in its place, which drops its collections with everything written since; refuse: exit with 65",
       .group = policies,
       .fallback = "keep"},
      {.name = "again",
       .help = "let --on-change=replace return to a content that was in place before; without it, a rollback or an old "
               "replica changes nothing",
       .group = policies,
       .arity = Arity::flag},
      {.name = "existing",
       .value_name = "refuse|keep|replace",
       .help = "what to do with collections that hold documents and that no earlier seed explains. refuse: exit with "
               "65; keep: leave them as they are and put the others in place; replace: drop them",
       .group = policies,
       .fallback = "refuse"},
      {.name = "on-missing",
       .value_name = "seed|keep",
       .help = "what to do where all collections of the content are gone. seed: warn and put it in place again; keep: "
               "accept that. Where only some are gone, they are named and nothing is changed",
       .group = policies,
       .fallback = "seed"},
  };
}

}  // namespace

config::Schema seed_schema() {
  config::Schema schema{
      .command = "seed",
      .summary = "Puts a dump into MongoDB exactly once, whole or not at all.",
      .arguments = "[mongodb://...]",
      .description =
          "A ledger in the target server, sidekick.seeds, records which content is in place. Where it is the content "
          "of --archive, seed exits with 0 at once, whatever the application has written since. So a stack can be "
          "deployed any number of times, by any number of replicas: one does the work, the others wait and exit with "
          "0.\n\nThe collections are built beside their targets under other names, verified, and renamed into place "
          "by a plan that the ledger holds first. A reader sees no half-filled collection; between the first and the "
          "last rename it sees some of the collections. A process that was killed leaves either the target untouched, "
          "or a plan that the next process completes. SIGTERM before the plan is written ends it with 143 and removes "
          "what was built; after that the plan is completed first, and it exits with 0.\n\nViews are created where "
          "they are absent and never replaced. Users, roles and the oplog of a dump are not seeded. A time series "
          "cannot be renamed: exclude it. Servers before 6.0 do not compare the UUID of a collection with the plan "
          "when it is replaced: there seed reads it directly before, and a collection that another process creates "
          "within that millisecond under the same name is dropped.\n\nWith access control, seed needs the role "
          "readWrite on the database sidekick and on each database of the content.",
      .settings = contents(),
      .file_keys = {"password", "uri", "sslPEMKeyPassword"},
      .first = {"archive", "name", "nsInclude", "uri", "on-change", "existing", "dry-run", "park", "settle"}};
  for (auto part : {deciding(), mongo_connection_settings(), task_settings(working)})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back({.name = "lease",
                             .value_name = "DURATION",
                             .help = "a process that works on this seed and is not heard of for so long is taken for "
                                     "dead, and another one takes over; in whole seconds",
                             .group = working,
                             .fallback = "15s"});
  schema.settings.push_back({.name = "workers",
                             .value_name = "N",
                             .help = "connections that write in parallel, 1 to 64",
                             .group = working,
                             .fallback = "2"});
  const auto common = common_settings();
  schema.settings.insert(schema.settings.end(), common.begin(), common.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
