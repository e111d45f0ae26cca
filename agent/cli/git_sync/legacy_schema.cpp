#include "agent/cli/git_sync/schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Form;
using config::Setting;

namespace {

constexpr std::string_view old_names = "Old names, which win over the new ones";
constexpr std::string_view idle = "Without effect";
constexpr std::string_view refused = "Refused";

std::vector<Setting> renamed() {
  return {
      {.name = "rev",
       .value_name = "REF",
       .help = "the tag or hash to follow",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_REV",
       .deprecated_for = "ref"},
      {.name = "branch",
       .value_name = "NAME",
       .help = "the branch to follow; beside --rev only where that is HEAD",
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
       .help = "the time limit of one sync in seconds",
       .remark = "elsewhere in this program it is the limit of everything together",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_TIMEOUT",
       .deprecated_for = "sync-timeout",
       .form = Form::seconds},
      {.name = "max-sync-failures",
       .value_name = "N",
       .help = "how many failures in a row are borne",
       .group = old_names,
       .peer_variables = "!GIT_SYNC_MAX_SYNC_FAILURES",
       .deprecated_for = "max-failures",
       .form = Form::number},
      {.name = "sync-hook-command",
       .value_name = "PROGRAM",
       .help = "a program to run after each sync",
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
       .help = "the git to run",
       .remark = "no effect, git is not run",
       .group = idle,
       .peer_variables = "GITSYNC_GIT !GIT_SYNC_GIT"},
      {.name = "add-user",
       .help = "add a line for our user to /etc/passwd",
       .remark = "no effect, none is needed",
       .group = idle,
       .peer_variables = "GITSYNC_ADD_USER !GIT_SYNC_ADD_USER",
       .arity = Arity::flag},
      {.name = "http-pprof",
       .help = "profiles of the Go runtime",
       .remark = "no effect, there is none",
       .group = idle,
       .peer_variables = "GITSYNC_HTTP_PPROF !GIT_SYNC_HTTP_PPROF",
       .arity = Arity::flag},
      {.name = "ssh",
       .help = "use SSH",
       .remark = "no effect, the URL tells",
       .group = idle,
       .peer_variables = "!GITSYNC_SSH !GIT_SYNC_SSH",
       .deprecated_for = "-",
       .arity = Arity::flag},
  };
}

std::vector<Setting> not_possible() {
  return {
      {.name = "filter",
       .value_name = "SPEC",
       .help = "a filter of partial clones",
       .remark = "refused; --depth=1 fetches little",
       .group = refused,
       .peer_variables = "GITSYNC_FILTER"},
      {.name = "change-permissions",
       .value_name = "MODE",
       .help = "the mode of published files",
       .remark = "refused, as by its peer; use --group-write",
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
