#include "agent/cli/git_sync/schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Form;
using config::Setting;

namespace {

constexpr std::string_view old_names = "Deprecated names, which win over the new ones";
constexpr std::string_view idle = "No effect";
constexpr std::string_view refused = "Refused";

std::vector<Setting> renamed() {
  return {
      {.name = "rev",
       .value_name = "REF",
       .help = "tag or hash to follow",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_REV",
       .deprecated_for = "ref"},
      {.name = "branch",
       .value_name = "NAME",
       .help = "branch to follow; combined with --rev only where that is HEAD",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_BRANCH",
       .deprecated_for = "ref"},
      {.name = "dest",
       .value_name = "PATH",
       .help = "the link",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_DEST",
       .deprecated_for = "link"},
      {.name = "wait",
       .value_name = "SECONDS",
       .help = "the period in seconds",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_WAIT",
       .deprecated_for = "period",
       .form = Form::seconds},
      {.name = "timeout",
       .value_name = "SECONDS",
       .help = "time limit of one sync in seconds",
       .remark = "for other commands it is the limit of the whole run",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_TIMEOUT",
       .deprecated_for = "sync-timeout",
       .form = Form::seconds},
      {.name = "max-sync-failures",
       .value_name = "N",
       .help = "how many failures in a row to tolerate",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_MAX_SYNC_FAILURES",
       .deprecated_for = "max-failures",
       .form = Form::number},
      {.name = "sync-hook-command",
       .value_name = "PROGRAM",
       .help = "program to run after each sync",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_HOOK_COMMAND",
       .deprecated_for = "exechook-command",
       .form = Form::lines},
      {.name = "v",
       .value_name = "N",
       .help = "log more",
       .group = old_names,
       .deprecated_for = "verbose",
       .form = Form::number},
  };
}

std::vector<Setting> not_needed() {
  return {
      {.name = "git",
       .value_name = "PROGRAM",
       .help = "git program to run",
       .remark = "no effect, as git is not run",
       .group = idle,
       .peer_variables = "GITSYNC_GIT !GIT_SYNC_GIT"},
      {.name = "add-user",
       .help = "add an entry for this user to /etc/passwd",
       .remark = "no effect, as none is needed",
       .group = idle,
       .peer_variables = "GITSYNC_ADD_USER !GIT_SYNC_ADD_USER",
       .arity = Arity::flag},
      {.name = "http-pprof",
       .help = "profiles of the Go runtime",
       .remark = "no effect, as there is none",
       .group = idle,
       .peer_variables = "GITSYNC_HTTP_PPROF !GIT_SYNC_HTTP_PPROF",
       .arity = Arity::flag},
      {.name = "ssh",
       .help = "use SSH",
       .remark = "no effect, as the URL decides",
       .group = idle,
       .peer_variables = "!GITSYNC_SSH !GIT_SYNC_SSH",
       .deprecated_for = "-",
       .arity = Arity::flag},
  };
}

std::vector<Setting> not_possible() {
  return {
      {.name = "change-permissions",
       .value_name = "MODE",
       .help = "mode of published files",
       .remark = "refused, as by the peer; use --group-write",
       .group = refused,
       .peer_variables = "!GIT_SYNC_PERMISSIONS",
       .form = Form::number},
  };
}

}  // namespace

std::vector<Setting> git_sync_legacy_settings() {
  auto out = renamed();
  for (const auto& part : {not_needed(), not_possible()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace sidekick::cli
