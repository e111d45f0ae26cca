#include "agent/cli/git_sync/schema.hpp"

#include <algorithm>

#include "agent/cli/common_settings.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Form;
using config::Levels;
using config::List;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view following = "What to follow";
constexpr std::string_view linked = "Linked mode: published by a link";
constexpr std::string_view in_place = "In-place mode: published inside a folder that others have mounted";
constexpr std::string_view timing = "Timing and failures";

std::vector<Setting> what_to_follow() {
  return {
      {.name = "repo",
       .value_name = "URL",
       .help = "repository: https, http, ssh, git, file, a path or user@host:path; required",
       .group = following,
       .peer_variables = "GITSYNC_REPO !GIT_SYNC_REPO",
       .generic_variable = "REPOSITORY",
       .secrecy = Secrecy::url},
      {.name = "ref",
       .value_name = "REF",
       .help = "what to follow: a branch, tag, full or short hash, or HEAD",
       .group = following,
       .fallback = "HEAD",
       .peer_variables = "GITSYNC_REF"},
      {.name = "depth",
       .value_name = "N",
       .help = "number of commits of the history to fetch; 0 fetches all",
       .remark = "applies to file:// as well",
       .group = following,
       .fallback = "1",
       .peer_variables = "GITSYNC_DEPTH !GIT_SYNC_DEPTH",
       .form = Form::number},
      {.name = "submodules",
       .value_name = "recursive|shallow|off",
       .help = "whether to follow submodules, and submodules in them",
       .group = following,
       .fallback = "recursive",
       .peer_variables = "GITSYNC_SUBMODULES !GIT_SYNC_SUBMODULES"},
      {.name = "subdir",
       .value_name = "FOLDER",
       .help = "publish only this folder of the repository, as if it were the whole",
       .group = following},
      {.name = "sparse-checkout-file",
       .value_name = "FILE",
       .help =
           "publish only what the patterns in this file select, in the syntax of git's sparse checkout; read at the "
           "start and at each change",
       .group = following,
       .peer_variables = "GITSYNC_SPARSE_CHECKOUT_FILE !GIT_SYNC_SPARSE_CHECKOUT_FILE"},
      {.name = "filter",
       .value_name = "SPEC",
       .help = "fetch without what this filter leaves out, and then only the files to publish: blob:none, "
               "blob:limit=N[k|m|g] or tree:0",
       .remark = "other filters of git are refused; submodules are fetched whole",
       .group = following,
       .peer_variables = "GITSYNC_FILTER"},
      {.name = "git-gc",
       .value_name = "auto|always|aggressive|off",
       .help = "when to repack the object store: above a threshold of waste, at each change, or never",
       .remark = "aggressive is the same as always",
       .group = following,
       .fallback = "auto",
       .peer_variables = "GITSYNC_GIT_GC !GIT_SYNC_GIT_GC"},
      {.name = "git-config",
       .value_name = "KEY:VALUE,...",
       .help =
           "git settings: url.*.insteadOf, http.* and http.URL.* (extraHeader, sslVerify, sslCAInfo, sslCert, sslKey, "
           "proxy), http.cookieFile, credential.helper (store, cache) and protocol.*.allow are used",
       .remark = "other keys that change what git syncs (core.sshCommand, credential.*, fetch.fsckObjects, filter.*, "
                 "...) are refused; all others have no effect",
       .group = following,
       .peer_variables = "GITSYNC_GIT_CONFIG !GIT_SYNC_GIT_CONFIG",
       .secrecy = Secrecy::secret,
       .form = Form::lines},
      {.name = "git-config-add",
       .value_name = "KEY:VALUE",
       .help = "one more setting, as in --git-config; flags add to the variable",
       .group = following,
       .peer_variables = "GITSYNC_GIT_CONFIG_ADD",
       .arity = Arity::repeated,
       .secrecy = Secrecy::secret,
       .list = List::whole,
       .levels = Levels::all_count},
  };
}

std::vector<Setting> by_link() {
  return {
      {.name = "root",
       .value_name = "DIR",
       .help = "publish by a link: folder for store and trees, created if missing",
       .remark = "a root that holds files of others is refused unless --empty-root is given",
       .group = linked,
       .peer_variables = "GITSYNC_ROOT !GIT_SYNC_ROOT"},
      {.name = "empty-root",
       .help = "delete what others left in --root when git-sync starts there for the first time, as the peer does",
       .group = linked,
       .arity = Arity::flag},
      {.name = "link",
       .value_name = "PATH",
       .help = "link that always points to the current tree, relative to --root; unless given, the last part of --repo",
       .remark = "a relative one cannot leave --root",
       .group = linked,
       .peer_variables = "GITSYNC_LINK !GIT_SYNC_LINK"},
      {.name = "group-write",
       .help = "make everything that is written writable for the group",
       .group = linked,
       .peer_variables = "GITSYNC_GROUP_WRITE !GIT_SYNC_GROUP_WRITE",
       .arity = Arity::flag},
      {.name = "stale-worktree-timeout",
       .value_name = "DURATION",
       .help = "how long to keep a tree that the link no longer points to",
       .group = linked,
       .fallback = "0s",
       .peer_variables = "GITSYNC_STALE_WORKTREE_TIMEOUT",
       .form = Form::go_duration},
      {.name = "keep-trees",
       .value_name = "N",
       .help =
           "keep the last N trees that the link no longer points to, whatever their age: 'sidekick git-sync rollback' "
           "goes back to them",
       .group = linked,
       .fallback = "0",
       .form = Form::number},
      {.name = "hard-links",
       .help = "share unchanged files between trees by hard links: fast, but a write to one tree changes all of them",
       .group = linked,
       .arity = Arity::flag},
      {.name = "touch-file",
       .value_name = "PATH",
       .help = "file to touch after each sync, relative to --root; missing folders are created",
       .group = linked,
       .peer_variables = "GITSYNC_TOUCH_FILE !GIT_SYNC_TOUCH_FILE"},
      {.name = "error-file",
       .value_name = "PATH",
       .help = "file that holds the last error as JSON, removed after the next success, relative to --root; missing "
               "folders are created",
       .group = linked,
       .peer_variables = "GITSYNC_ERROR_FILE !GIT_SYNC_ERROR_FILE"},
  };
}

std::vector<Setting> in_a_folder() {
  return {
      {.name = "in-place",
       .value_name = "DIR",
       .help = "keep the files of this folder at the ref, each replaced as a whole; files that never came from git are "
               "left alone",
       .group = in_place,
       .generic_variable = "DESTINATION"},
      {.name = "git-dir",
       .value_name = "DIR",
       .help = "folder for store and record; unless given, DIR/.sidekick, or DIR/.git of the same origin",
       .group = in_place},
      {.name = "delete-order",
       .value_name = "last|first",
       .help = "remove files that are gone from the ref after the new ones are there, or before",
       .group = in_place,
       .fallback = "last"},
      {.name = "force",
       .help = "replace files in the way that never came from git",
       .group = in_place,
       .arity = Arity::flag},
  };
}

std::vector<Setting> times() {
  return {
      {.name = "period",
       .value_name = "DURATION",
       .help = "time between two polls, at least 10ms",
       .remark = "a poll without a change starts no process",
       .group = timing,
       .fallback = "10s",
       .peer_variables = "GITSYNC_PERIOD !GIT_SYNC_PERIOD",
       .generic_variable = "DELAY",
       .form = Form::go_duration},
      {.name = "jitter",
       .value_name = "SHARE",
       .help = "share of the period, from 0 to 1, by which it is randomly longer or shorter",
       .group = timing,
       .fallback = "0"},
      {.name = "check-period",
       .value_name = "DURATION",
       .help = "how often the published files are compared with the commit, one by one, and repaired; 0 compares only "
               "at the start and at changes",
       .group = timing,
       .fallback = "10m",
       .form = Form::go_duration},
      {.name = "sync-timeout",
       .value_name = "DURATION",
       .help = "time limit of one sync, at least 10ms",
       .group = timing,
       .fallback = "2m",
       .peer_variables = "GITSYNC_SYNC_TIMEOUT !GIT_SYNC_SYNC_TIMEOUT",
       .form = Form::go_duration},
      {.name = "one-time",
       .help = "exit after the first sync",
       .group = timing,
       .peer_variables = "GITSYNC_ONE_TIME !GIT_SYNC_ONE_TIME",
       .arity = Arity::flag},
      {.name = "sync-on-signal",
       .value_name = "SIGNAL",
       .help = "signal, such as SIGHUP or 1, that starts a poll at once",
       .remark = "signals that end the program are refused",
       .group = timing,
       .peer_variables = "GITSYNC_SYNC_ON_SIGNAL !GIT_SYNC_SYNC_ON_SIGNAL"},
      {.name = "max-failures",
       .value_name = "N",
       .help = "how many failures in a row to tolerate; less than 0 tolerates all",
       .remark = "linked mode only: in place it never gives up once it has synced",
       .group = timing,
       .fallback = "0",
       .peer_variables = "GITSYNC_MAX_FAILURES !GIT_SYNC_MAX_FAILURES",
       .form = Form::number},
      {.name = "init-period",
       .value_name = "DURATION",
       .help = "--period until the first success",
       .group = timing,
       .peer_variables = "GITSYNC_INIT_PERIOD",
       .form = Form::go_duration},
      {.name = "init-max-failures",
       .value_name = "N",
       .help = "--max-failures until the first success",
       .group = timing,
       .peer_variables = "GITSYNC_INIT_MAX_FAILURES",
       .form = Form::number},
  };
}

}  // namespace

std::vector<Setting> git_sync_common_settings() {
  std::vector<Setting> out;
  for (auto setting : common_settings()) {
    if (setting.name == "timeout" || setting.name == "attempt-timeout" || setting.name == "dry-run") continue;
    if (setting.name == "help") setting.short_name = 'h';
    if (setting.name == "log-format") setting.remark = "linked mode only";
    if (setting.name == "verbose") {
      setting.arity = Arity::optional_value;
      setting.implied = "1";
      setting.help = "log more: 1 and above are the same as --log-level=debug";
      setting.remark = "there is only one level above the default, whatever the number";
      setting.peer_variables = "GITSYNC_VERBOSE";
      setting.form = Form::number;
    }
    out.push_back(setting);
  }
  return out;
}

config::Schema git_sync_schema() {
  config::Schema schema{
      .command = "git-sync",
      .summary = "Keeps a folder at a git ref.",
      .arguments = "",
      .description =
          "With --root it publishes each commit as a tree of its own behind a link, as kubernetes/git-sync v4 does, "
          "with the same flags, variables, layout and exit codes: 0, 1 for any failure, 2 for invalid flags, 128+n. "
          "With --in-place it keeps the files of a folder that others have mounted at the ref. A failure never changes "
          "what is published. REPOSITORY, DESTINATION and DELAY (seconds) count where no flag of git-sync and no "
          "variable GITSYNC_... is given. rollback and resume, as the first word, go back to an earlier tree and on "
          "again: see "
          "'sidekick git-sync rollback --help'.",
      .settings = what_to_follow(),
      .file_keys = {},
      .first = {"repo", "ref", "root", "link", "in-place", "period", "one-time", "username", "password-file",
                "ssh-key-file"},
      .exit_codes =
          "with --root 0 done, 1 any failure, 2 invalid flags, 128+n stopped by signal n. With --in-place 0 done, 64 "
          "usage, 65 bad data, 66 no input, 69 unavailable, 70 bug, 73 cannot create, 74 input or output, 75 "
          "temporary, 77 denied, 78 configuration, 124 out of time, 128+n stopped by signal n."};
  for (auto part : {by_link(), in_a_folder(), times(), git_sync_hook_settings(), git_sync_access_settings(),
                    git_sync_legacy_settings(), git_sync_common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  return schema;
}

}  // namespace sidekick::cli
