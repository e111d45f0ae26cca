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
constexpr std::string_view in_place = "In-place mode: published in a folder that others have mounted";
constexpr std::string_view timing = "When, and how many failures";

std::vector<Setting> what_to_follow() {
  return {
      {.name = "repo",
       .value_name = "URL",
       .help = "the repository: https, http, ssh, git, file, a path or user@host:path; required",
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
       .help = "how many commits of the history are fetched; 0 fetches all",
       .group = following,
       .fallback = "1",
       .peer_variables = "GITSYNC_DEPTH !GIT_SYNC_DEPTH",
       .form = Form::number},
      {.name = "submodules",
       .value_name = "recursive|shallow|off",
       .help = "whether submodules are followed, and those in them",
       .group = following,
       .fallback = "recursive",
       .peer_variables = "GITSYNC_SUBMODULES !GIT_SYNC_SUBMODULES"},
      {.name = "subdir",
       .value_name = "FOLDER",
       .help = "publish only this folder of the repository, as if it were all of it",
       .group = following},
      {.name = "sparse-checkout-file",
       .value_name = "FILE",
       .help =
           "publish only what the patterns in this file select, in the syntax of git's sparse checkout; read at the "
           "start and at each change",
       .group = following,
       .peer_variables = "GITSYNC_SPARSE_CHECKOUT_FILE !GIT_SYNC_SPARSE_CHECKOUT_FILE"},
      {.name = "git-gc",
       .value_name = "auto|always|aggressive|off",
       .help = "when the store of objects is packed anew: past a threshold of waste, at each change, or never",
       .remark = "aggressive is the same as always",
       .group = following,
       .fallback = "auto",
       .peer_variables = "GITSYNC_GIT_GC !GIT_SYNC_GIT_GC"},
      {.name = "git-config",
       .value_name = "KEY:VALUE,...",
       .help = "settings of git: http.extraHeader, http.sslVerify, http.sslCAInfo, http.sslCert, http.sslKey and "
               "http.proxy count",
       .remark = "other keys that change what git syncs (url.*.insteadOf, http.URL.*, core.sshCommand, credential.*, "
                 "filter.*, ...) are refused; all else has no effect",
       .group = following,
       .peer_variables = "GITSYNC_GIT_CONFIG !GIT_SYNC_GIT_CONFIG",
       .secrecy = Secrecy::secret,
       .form = Form::lines},
      {.name = "git-config-add",
       .value_name = "KEY:VALUE",
       .help = "one more setting, as in --git-config; may be given several times; flags add to the variable",
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
       .help = "publish by a link: the folder for store and trees, made where it is not "
               "there",
       .remark = "a root that holds something of others is refused unless --empty-root is given",
       .group = linked,
       .peer_variables = "GITSYNC_ROOT !GIT_SYNC_ROOT"},
      {.name = "empty-root",
       .help = "delete what others left in --root when git-sync starts there for the first time, as its peer does",
       .group = linked,
       .arity = Arity::flag},
      {.name = "link",
       .value_name = "PATH",
       .help = "the link that always points to the tree in force, relative to --root; unless given, the last part of "
               "--repo",
       .remark = "a relative one cannot leave --root",
       .group = linked,
       .peer_variables = "GITSYNC_LINK !GIT_SYNC_LINK"},
      {.name = "group-write",
       .help = "let the group write all that is written",
       .group = linked,
       .peer_variables = "GITSYNC_GROUP_WRITE !GIT_SYNC_GROUP_WRITE",
       .arity = Arity::flag},
      {.name = "stale-worktree-timeout",
       .value_name = "DURATION",
       .help = "how long a tree stays that the link no longer points to",
       .group = linked,
       .fallback = "0s",
       .peer_variables = "GITSYNC_STALE_WORKTREE_TIMEOUT",
       .form = Form::go_duration},
      {.name = "hard-links",
       .help = "share unchanged files between trees by hard links: fast, but whoever writes into a tree writes into "
               "all of them",
       .group = linked,
       .arity = Arity::flag},
      {.name = "touch-file",
       .value_name = "PATH",
       .help = "a file that is touched after each sync, relative to --root; missing folders are made",
       .group = linked,
       .peer_variables = "GITSYNC_TOUCH_FILE !GIT_SYNC_TOUCH_FILE"},
      {.name = "error-file",
       .value_name = "PATH",
       .help = "a file that holds the last error as JSON and is removed after the next success, relative to --root; "
               "missing "
               "folders are made",
       .group = linked,
       .peer_variables = "GITSYNC_ERROR_FILE !GIT_SYNC_ERROR_FILE"},
  };
}

std::vector<Setting> in_a_folder() {
  return {
      {.name = "in-place",
       .value_name = "DIR",
       .help = "keep the files of this folder at the ref, each replaced as a whole; what never came from git is left "
               "alone",
       .group = in_place,
       .generic_variable = "DESTINATION"},
      {.name = "git-dir",
       .value_name = "DIR",
       .help = "where store and record are kept; unless given, DIR/.sidekick, or DIR/.git of the same origin",
       .group = in_place},
      {.name = "delete-order",
       .value_name = "last|first",
       .help = "whether files that are gone from the ref are removed after the new ones are there, or before",
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
       .help = "how long to wait between two looks, at least 10ms",
       .group = timing,
       .fallback = "10s",
       .peer_variables = "GITSYNC_PERIOD !GIT_SYNC_PERIOD",
       .generic_variable = "DELAY",
       .form = Form::go_duration},
      {.name = "jitter",
       .value_name = "SHARE",
       .help = "the share of the period, from 0 to 1, by which it is made longer or shorter at random",
       .group = timing,
       .fallback = "0"},
      {.name = "check-period",
       .value_name = "DURATION",
       .help = "how often what is published is compared with the commit, file by file, and put right; 0 leaves that to "
               "the start and to changes",
       .group = timing,
       .fallback = "10m",
       .form = Form::go_duration},
      {.name = "sync-timeout",
       .value_name = "DURATION",
       .help = "the time limit of one sync, at least 10ms",
       .group = timing,
       .fallback = "2m",
       .peer_variables = "GITSYNC_SYNC_TIMEOUT !GIT_SYNC_SYNC_TIMEOUT",
       .form = Form::go_duration},
      {.name = "one-time",
       .help = "end after the first sync",
       .group = timing,
       .peer_variables = "GITSYNC_ONE_TIME !GIT_SYNC_ONE_TIME",
       .arity = Arity::flag},
      {.name = "sync-on-signal",
       .value_name = "SIGNAL",
       .help = "a signal, such as SIGHUP or 1, on which to look at once",
       .remark = "signals that end the program are refused",
       .group = timing,
       .peer_variables = "GITSYNC_SYNC_ON_SIGNAL !GIT_SYNC_SYNC_ON_SIGNAL"},
      {.name = "max-failures",
       .value_name = "N",
       .help = "linked mode: how many failures in a row are borne; less than 0 bears all",
       .group = timing,
       .fallback = "0",
       .peer_variables = "GITSYNC_MAX_FAILURES !GIT_SYNC_MAX_FAILURES",
       .form = Form::number},
      {.name = "init-period",
       .value_name = "DURATION",
       .help = "the --period until the first success",
       .group = timing,
       .peer_variables = "GITSYNC_INIT_PERIOD",
       .form = Form::go_duration},
      {.name = "init-max-failures",
       .value_name = "N",
       .help = "linked mode: the --max-failures until the first success",
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
    if (setting.name == "log-format")
      setting.remark = "unless it is given, linked mode writes the fields of its peer's log";
    if (setting.name == "verbose") {
      setting.arity = Arity::optional_value;
      setting.implied = "1";
      setting.help = "log more: 1 and above are the same as --log-level=debug";
      setting.remark = "there is one level of more, whatever the number";
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
          "with its flags, variables, layout and exit codes: 0, 1 for whatever failed, 2 for flags that cannot be "
          "understood, 128+n. With --in-place it brings the files of a folder that others have mounted to the ref. A "
          "failure never touches what is published. REPOSITORY, DESTINATION and DELAY (seconds) count where no flag "
          "of git-sync and no variable GITSYNC_... is given.",
      .settings = what_to_follow(),
      .file_keys = {},
      .first = {"repo", "ref", "root", "link", "in-place", "period", "one-time", "username", "password-file",
                "ssh-key-file"},
      .exit_codes =
          "with --root 0 done, 1 whatever failed, 2 flags that cannot be understood, 128+n stopped by signal n. With "
          "--in-place 0 done, 64 usage, 65 bad data, 66 no input, 69 unavailable, 70 bug, 73 cannot create, 74 input "
          "or output, 75 temporary, 77 denied, 78 configuration, 124 out of time, 128+n stopped by signal n."};
  for (auto part : {by_link(), in_a_folder(), times(), git_sync_hook_settings(), git_sync_access_settings(),
                    git_sync_legacy_settings(), git_sync_common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  return schema;
}

}  // namespace sidekick::cli
