#include "agent/cli/rules.hpp"

#include <charconv>
#include <csignal>
#include <cstring>

#include "agent/cli/git_sync/settings.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

Error refused(const Values& values, std::string_view name, const std::string& cause, std::string hint) {
  return {ErrorKind::config, values.find(name)->origin + " is refused: " + cause, std::move(hint)};
}

void check_refused(const Values& values) {
  if (const auto mode = values.text("change-permissions"); !mode.empty() && mode != "0")
    values.report(refused(values, "change-permissions", "kubernetes/git-sync refuses it as well", "use --group-write"));
}

void warn_of_no_effect(const Values& values, Log& log) {
  if (values.given("git")) log.warn(values.find("git")->origin + " has no effect: git is not run");
  if (values.flag("http-pprof"))
    log.warn(values.find("http-pprof")->origin + " has no effect: there is no Go runtime to profile");
  if (values.find("pre-publish-exechook-command"))
    log.warn(values.find("pre-publish-exechook-command")->origin +
             " does not delay a publication; use --gate for that");
  if (values.given("add-user")) log.warn(values.find("add-user")->origin + " has no effect: no user is needed");
  if (const auto* value = values.find("password"); value && value->source == config::Source::flag)
    log.warn("--password is visible to everyone on this machine: use --password-file or GITSYNC_PASSWORD");
}

void check_login(const Values& values) {
  check_excluding(values, {{"password", "password-file"}});
  if (values.find("username") && !values.find("password") && !values.find("password-file"))
    values.report({ErrorKind::config, values.find("username")->origin + " needs a password",
                   "give --password-file or GITSYNC_PASSWORD"});
  for (const auto* const name : {"password", "password-file"})
    if (values.find(name) && !values.find("username"))
      values.report({ErrorKind::config, values.find(name)->origin + " needs --username",
                     "with a token any name works, such as git"});
}

void check_github(const Values& values) {
  check_excluding(values, {{"github-app-application-id", "github-app-client-id"},
                           {"github-app-private-key", "github-app-private-key-file"}});
  const bool has_key = values.find("github-app-private-key") || values.find("github-app-private-key-file");
  const bool has_app = values.find("github-app-application-id") || values.find("github-app-client-id");
  if (has_app && !has_key)
    throw Error(ErrorKind::config, "a GitHub App needs its private key",
                "give --github-app-private-key-file or GITSYNC_GITHUB_APP_PRIVATE_KEY");
  if (!has_app && (has_key || values.find("github-app-installation-id")))
    throw Error(ErrorKind::config, "a GitHub App needs --github-app-application-id or --github-app-client-id");
  if (!has_app) return;
  if (!values.find("github-app-installation-id"))
    throw Error(ErrorKind::config, "a GitHub App needs --github-app-installation-id");
  check_excluding(values, {{"github-app-application-id", "username"}, {"github-app-client-id", "username"}});
}

void check_modes(const Values& values, GitSyncMode mode) {
  const auto only = [&](std::string_view name, GitSyncMode its) {
    if (values.given(name) && mode != its)
      values.report({ErrorKind::config,
                     values.find(name)->origin + (its == GitSyncMode::linked ? " cannot be combined with --in-place"
                                                                             : " cannot be combined with --root")});
  };
  for (const auto* const name : {"link", "group-write", "stale-worktree-timeout", "keep-trees", "hard-links",
                                 "empty-root", "pre-publish-exechook-command"})
    only(name, GitSyncMode::linked);
  for (const auto* const name : {"git-dir", "delete-order", "force"}) only(name, GitSyncMode::in_place);
}

}  // namespace

void check_git_sync_rules(const Values& values, GitSyncMode mode, Log& log) {
  if (!values.find("repo"))
    values.report(
        {ErrorKind::config, "no repository is given",
         "give --repo=URL; REPOSITORY counts only if no flag of git-sync and no variable GITSYNC_... is given"});
  check_refused(values);
  check_modes(values, mode);
  if (values.find("branch") && values.find("rev") && values.text("rev") != "HEAD")
    values.report({ErrorKind::config,
                   values.find("branch")->origin + " and " + values.find("rev")->origin + " exclude each other",
                   "use --ref"});
  check_login(values);
  values.judge([&] { check_github(values); });
  check_excluding(values, {{"http", "http-bind"}});
  check_needing(values, {{"http-metrics", "http-bind"}, {"client-key", "client-certificate"}});
  if (values.find("sync-token") && !values.find("http") && !values.find("http-bind"))
    values.report({ErrorKind::config, values.find("sync-token")->origin + " needs --http or --http-bind"});
  warn_of_no_effect(values, log);
}

std::optional<int> signal_number(std::string text) {
  int found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error != std::errc() || end != text.data() + text.size()) {
    found = 0;
    if (text.starts_with("SIG")) text.erase(0, 3);
    for (int signal = 1; signal < NSIG; signal++)
      if (const char* name = ::sigabbrev_np(signal); name && text == name) found = signal;
  }
  return found < 1 || found >= NSIG ? std::nullopt : std::optional(found);
}

std::optional<int> sync_signal(const Values& values, GitSyncMode mode) {
  if (values.text("sync-on-signal").empty()) return {};
  const auto found = signal_number(values.text("sync-on-signal"));
  if (!found) throw unfit_value(mode, values, "sync-on-signal", "not the name or number of a signal");
  for (const int ending : {SIGKILL, SIGSTOP, SIGTERM, SIGINT, SIGQUIT, SIGCHLD})
    if (found == ending)
      throw unfit_value(mode, values, "sync-on-signal", "this signal is reserved", "use SIGHUP or SIGUSR1");
  return found;
}

}  // namespace sidekick::cli
