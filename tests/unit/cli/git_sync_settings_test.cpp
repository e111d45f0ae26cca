#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <sstream>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/git_sync/schema.hpp"
#include "agent/cli/git_sync/settings.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

struct Told {
  git_sync::Settings job;
  GitSyncMode mode;
  std::vector<std::string> warnings;

  const git_sync::LinkedTarget& linked() const { return std::get<git_sync::LinkedTarget>(job.target); }
  const git_sync::InPlaceTarget& in_place() const { return std::get<git_sync::InPlaceTarget>(job.target); }
  bool warned(const std::string& text) const {
    for (const auto& warning : warnings)
      if (warning.find(text) != std::string::npos) return true;
    return false;
  }
};

Told told(const Words& words, const config::Environment& environment = {}) {
  test::Recorder recorder;
  status::JobLog log(recorder, "git-sync", 0);
  const auto settings = config::resolve(git_sync_schema(), words, environment);
  check_git_sync_mode(settings.values);
  const auto mode = git_sync_mode(settings.values);
  Told out{git_sync_settings(settings, environment, mode, log), mode, settings.warnings};
  for (const auto& line : recorder.lines(LogLevel::warning)) out.warnings.push_back(line);
  return out;
}

/// `words` behind a repository and a root that would do.
Words with_root(Words words) {
  words.insert(words.begin(), {"--repo=https://example.com/site.git", "--root=/nowhere/git"});
  return words;
}

Words in_place(Words words) {
  words.insert(words.begin(), {"--repo=https://example.com/site.git", "--in-place=/nowhere/www"});
  return words;
}

void check_refused(const Words& words, ErrorKind kind, const std::string& text,
                   const config::Environment& environment = {}) {
  CAPTURE(words);
  const auto error = test::error_of([&] { told(words, environment); });
  REQUIRE(error);
  CAPTURE(error->message(), error->hint());
  CHECK(error->kind() == kind);
  CHECK(test::mentions(*error, text));
}

}  // namespace

TEST_CASE("git-sync: the defaults are the peer's") {
  const auto out = told(with_root({}));
  CHECK(out.mode == GitSyncMode::linked);
  CHECK(out.job.ref == "HEAD");
  CHECK(out.job.depth == 1);
  CHECK(out.job.submodules == git_sync::Submodules::recursive);
  CHECK(out.job.period == 10s);
  CHECK(out.job.init_period == 0s);
  CHECK(out.linked().root == "/nowhere/git");
  CHECK(out.linked().link == "/nowhere/git/site.git");
  CHECK(out.linked().stale_timeout == 0s);
  CHECK_FALSE(out.job.exec_hook);
  CHECK_FALSE(out.job.webhook);
  CHECK(out.job.remote.ssh.check_known_hosts);
  CHECK(out.job.remote.http.tls.verify);
  CHECK(out.warnings.empty());
}

TEST_CASE("git-sync: a manifest of the peer with only flags is understood") {
  const auto out = told({"--repo=https://example.com/site.git", "--ref=main", "--link=current", "--period=30s",
                         "--webhook-url=http://127.0.0.1:9/hook", "--http-bind=:8080"},
                        {{"GITSYNC_ROOT", "/git"}, {"HOME", "/tmp"}});
  CHECK(out.job.ref == "main");
  CHECK(out.linked().link == "/git/current");
  CHECK(out.job.period == 30s);
  REQUIRE(out.job.webhook);
  CHECK(out.job.webhook->method == "POST");
  CHECK(out.job.webhook->success_status == 200);
  CHECK(out.job.webhook->timeout == 1s);
  CHECK(out.job.webhook->backoff == 3s);
}

TEST_CASE("git-sync: the article's variables alone make an in-place job") {
  const auto out =
      told({}, {{"DESTINATION", "/srv/www"}, {"REPOSITORY", "https://example.com/site.git"}, {"DELAY", "60"}});
  CHECK(out.mode == GitSyncMode::in_place);
  CHECK(out.in_place().folder == "/srv/www");
  CHECK(out.job.remote.url == "https://example.com/site.git");
  CHECK(out.job.period == 60s);
  CHECK(told({}, {{"DESTINATION", "/d"}, {"REPOSITORY", "/r"}, {"DELAY", "1m30s"}}).job.period == 90s);
  CHECK(told({}, {{"DESTINATION", "/d"}, {"REPOSITORY", "/r"}, {"DELAY", "0.5"}}).job.period == 500ms);
}

TEST_CASE("git-sync: generic variables do not count beside a flag or variable of the peer") {
  const config::Environment generic{{"DESTINATION", "/srv/www"}, {"REPOSITORY", "/generic"}, {"DELAY", "60"}};
  const auto by_flag = told(with_root({}), generic);
  CHECK(by_flag.mode == GitSyncMode::linked);
  CHECK(by_flag.job.remote.url == "https://example.com/site.git");
  CHECK(by_flag.job.period == 10s);
  auto with_variable = generic;
  with_variable.emplace("GITSYNC_REF", "main");
  check_refused({}, ErrorKind::config, "neither --root nor --in-place is given", with_variable);
  CHECK(told({"--delete-order=first", "--log-format=text"}, generic).in_place().folder == "/srv/www");
  CHECK(
      told({}, {{"SIDEKICK_PERIOD", "5s"}, {"DELAY", "60"}, {"DESTINATION", "/d"}, {"REPOSITORY", "/r"}}).job.period ==
      5s);
}

TEST_CASE("git-sync: flag beats variable, ours beats the peer's, an old variable beats the new one and warns") {
  CHECK(told(with_root({"--ref=a"}), {{"SIDEKICK_REF", "b"}, {"GITSYNC_REF", "c"}}).job.ref == "a");
  CHECK(told(with_root({}), {{"SIDEKICK_REF", "b"}, {"GITSYNC_REF", "c"}}).job.ref == "b");
  CHECK(told(with_root({}), {{"GITSYNC_REF", "c"}}).job.ref == "c");
  const auto old = told(with_root({}), {{"GITSYNC_DEPTH", "5"}, {"GIT_SYNC_DEPTH", "7"}});
  CHECK(old.job.depth == 7);
  CHECK(old.warned("GIT_SYNC_DEPTH is deprecated: use GITSYNC_DEPTH"));
  CHECK(old.warned("GITSYNC_DEPTH is overridden by GIT_SYNC_DEPTH"));
}

TEST_CASE("git-sync: old flags win over the new ones and warn") {
  const auto out = told(with_root({"--period=1m", "--wait=2.5", "--link=a", "--dest=b", "--ref=c", "--branch=d"}));
  CHECK(out.job.period == 2500ms);
  CHECK(out.linked().link == "/nowhere/git/b");
  CHECK(out.job.ref == "d");
  CHECK(out.warned("--wait is deprecated: use --period"));
  CHECK(out.warned("--branch is deprecated: use --ref"));
  CHECK(told(with_root({"--period=1m"}), {{"GIT_SYNC_WAIT", "3"}}).job.period == 3s);
  CHECK(told(with_root({"--period=1m"}), {{"GIT_SYNC_WAIT", "0"}}).job.period == 1min);
  CHECK(told(with_root({}), {{"GIT_SYNC_REV", "HEAD"}, {"GIT_SYNC_BRANCH", "main"}}).job.ref == "main");
  CHECK(told(with_root({"--rev=v1"})).job.ref == "v1");
  check_refused(with_root({"--rev=v1", "--branch=main"}), ErrorKind::config, "--branch and --rev exclude each other");
  const auto hook = told(with_root({"--exechook-command=/new", "--sync-hook-command=/old"}));
  CHECK(hook.job.exec_hook->argv == std::vector<std::string>{"/old"});
}

TEST_CASE("git-sync: durations are Go's") {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::chrono::milliseconds>>{
           {"1m30s", 90s}, {"100ms", 100ms}, {"1.5h", 90min}, {"30s1m", 90s}, {"20000us", 20ms}, {"+1s", 1s}}) {
    CAPTURE(text);
    CHECK(told(with_root({"--period=" + text})).job.period == expected);
  }
  CHECK(told(with_root({"--stale-worktree-timeout=0"})).linked().stale_timeout == 0s);
  check_refused(with_root({"--period=30"}), ErrorKind::usage, "--period '30': not a duration");
  check_refused(with_root({"--period=soon"}), ErrorKind::usage, "not a duration");
  check_refused(with_root({}), ErrorKind::config, "GITSYNC_PERIOD '30': not a duration", {{"GITSYNC_PERIOD", "30"}});
}

TEST_CASE("git-sync: an empty variable is an error where a number or switch is wanted and nothing where a text is") {
  check_refused(with_root({}), ErrorKind::config, "GITSYNC_DEPTH: its value is empty", {{"GITSYNC_DEPTH", ""}});
  check_refused(with_root({}), ErrorKind::config, "GITSYNC_ONE_TIME: its value is empty", {{"GITSYNC_ONE_TIME", ""}});
  check_refused(with_root({}), ErrorKind::config, "GITSYNC_PERIOD: its value is empty", {{"GITSYNC_PERIOD", ""}});
  CHECK(told(with_root({"--link="}), {{"GITSYNC_EXECHOOK_COMMAND", ""}}).linked().link == "/nowhere/git/site.git");
}

TEST_CASE("git-sync: switches are read as Go reads them") {
  CHECK_FALSE(told(with_root({"--ssh-known-hosts=false"})).job.remote.ssh.check_known_hosts);
  CHECK_FALSE(told(with_root({}), {{"GIT_KNOWN_HOSTS", "F"}}).job.remote.ssh.check_known_hosts);
  CHECK(told(with_root({"--one-time=T"})).job.hook_wait == git_sync::Settings::HookWait::until_done);
  check_refused(with_root({"--one-time=maybe"}), ErrorKind::usage, "not true or false");
}

TEST_CASE("git-sync: key files are separated by colons in a variable") {
  const test::TemporaryFolder folder;
  const auto a = folder.file("a", "key"), b = folder.file("b", "key");
  using Files = std::vector<std::string>;
  CHECK(told(with_root({}), {{"GITSYNC_SSH_KEY_FILE", a + ":" + b}}).job.remote.ssh.key_files == Files{a, b});
  CHECK(told(with_root({"--ssh-key-file", a, "--ssh-key-file", b})).job.remote.ssh.key_files == Files{a, b});
  check_refused(with_root({"--ssh-key-file=/nowhere/key"}), ErrorKind::no_input, "cannot read '/nowhere/key'");
}

TEST_CASE("git-sync: credentials of the flags are added to those of the variable") {
  const test::TemporaryFolder folder;
  const auto file = folder.file("password", "secret\n");
  const auto out = told(with_root({R"(--credential={"url":"https://b","username":"u","password-file":")" + file + "\"}",
                                   "--username=first", "--password-file=" + file}),
                        {{"GITSYNC_CREDENTIAL", R"([{"url": "https://a", "username": "v", "password": "p,q"}])"}});
  const auto& all = out.job.remote.credentials;
  REQUIRE(all.size() == 3);
  CHECK(all[0].url == "https://example.com/site.git");
  CHECK(all[0].username == "first");
  CHECK(all[0].password_file == file);
  CHECK(all[1].url == "https://a");
  CHECK(all[1].password.reveal() == "p,q");
  CHECK(all[2].password_file == file);
  check_refused(with_root({R"(--credential={"url":"https://b","password":"hunter2"})"}), ErrorKind::config,
                "username is missing");
  check_refused(with_root({"--credential=hunter2"}), ErrorKind::config, "not valid JSON");
  check_refused(with_root({R"(--credential={"url":"u","username":"u"})"}), ErrorKind::config,
                "needs either password or password-file");
}

TEST_CASE("git-sync: a login is whole") {
  check_refused(with_root({"--username=u"}), ErrorKind::config, "--username needs a password");
  check_refused(with_root({}), ErrorKind::config, "GITSYNC_PASSWORD needs --username", {{"GITSYNC_PASSWORD", "p"}});
  check_refused(with_root({"--username=u", "--password=p", "--password-file=/f"}), ErrorKind::config,
                "exclude each other");
  const auto out = told(with_root({"--username=u", "--password=p"}));
  CHECK(out.warned("--password is visible to everyone"));
  CHECK(out.job.remote.credentials.front().password.reveal() == "p");
}

TEST_CASE("git-sync: a GitHub App is whole") {
  const config::Environment key{{"GITSYNC_GITHUB_APP_PRIVATE_KEY", "pem"}};
  const auto out = told(with_root({"--github-app-application-id=7", "--github-app-installation-id=8"}), key);
  REQUIRE(out.job.remote.github_app);
  CHECK(out.job.remote.github_app->application_id == "7");
  CHECK(out.job.remote.github_app->installation_id == "8");
  CHECK(out.job.remote.github_app->base_url == "https://api.github.com/");
  check_refused(with_root({"--github-app-application-id=7"}), ErrorKind::config, "needs --github-app-installation-id",
                key);
  check_refused(with_root({"--github-app-client-id=a", "--github-app-installation-id=8"}), ErrorKind::config,
                "needs its private key");
  check_refused(with_root({"--github-app-client-id=a", "--github-app-application-id=8"}), ErrorKind::config,
                "exclude each other");
  check_refused(with_root({}), ErrorKind::config, "needs --github-app-application-id", key);
}

TEST_CASE("git-sync: the mode is one of two") {
  check_refused({"--repo=/r"}, ErrorKind::config, "neither --root nor --in-place is given");
  check_refused(with_root({"--in-place=/d"}), ErrorKind::config, "--root and --in-place exclude each other");
  check_refused({"--root=/r"}, ErrorKind::config, "no repository is given");
  check_refused(in_place({"--link=x"}), ErrorKind::config, "--link cannot be combined with --in-place");
  check_refused(with_root({"--git-dir=x"}), ErrorKind::config, "--git-dir cannot be combined with --root");
}

TEST_CASE("git-sync: in place there are flags of our own") {
  const auto out =
      told(in_place({"--git-dir=/nowhere/state", "--delete-order=first", "--force", "--subdir=./pub/html/"}));
  CHECK(out.in_place().git_dir == "/nowhere/state");
  CHECK(out.in_place().delete_order == git_sync::InPlaceTarget::DeleteOrder::first);
  CHECK(out.in_place().files_in_the_way == git_sync::InPlaceTarget::FilesInTheWay::replace);
  CHECK(out.job.subdir == "pub/html");
  check_refused(in_place({"--touch-file=x"}), ErrorKind::usage, "a relative path with --in-place");
}

TEST_CASE("git-sync: a value that will not do is refused by the code of the mode") {
  check_refused(with_root({"--period=9ms"}), ErrorKind::config, "--period '9ms': less than 10ms");
  check_refused(in_place({"--period=9ms"}), ErrorKind::usage, "--period '9ms': less than 10ms");
  check_refused(with_root({"--period=0"}), ErrorKind::config, "less than 10ms");
  check_refused(with_root({"--depth=-1"}), ErrorKind::config, "--depth '-1': less than 0");
  check_refused(with_root({"--depth=one"}), ErrorKind::usage, "not a number");
  check_refused(with_root({"--link=../out"}), ErrorKind::config, "it leads out of --root");
  check_refused(with_root({"--link=a/../../out"}), ErrorKind::config, "it leads out of --root");
  check_refused(with_root({"--submodules=yes"}), ErrorKind::config, "not one of recursive, shallow, off");
  check_refused(with_root({"--jitter=2"}), ErrorKind::config, "not a number from 0 to 1");
  check_refused(with_root({"--subdir=../x"}), ErrorKind::config, "not a valid folder of a repository");
  check_refused(with_root({"--webhook-url=http://h/", "--webhook-timeout=10ms"}), ErrorKind::config, "less than 1s");
  check_refused(with_root({"--webhook-url=hooks.example.com/x"}), ErrorKind::config, "not an http or https URL");
  check_refused(in_place({"--webhook-url=ftp://u:hunter2@h/"}), ErrorKind::usage,
                "'ftp://h/': not an http or https URL");
  check_refused(with_root({"--exechook-command=/x", "--exechook-backoff=10ms"}), ErrorKind::config, "less than 1s");
  check_refused(with_root({"extra"}), ErrorKind::usage, "unexpected argument: 'extra'");
  check_refused(with_root({"--perid=1s"}), ErrorKind::usage, "did you mean '--period'?");
  CHECK(told(with_root({"--link=/elsewhere/current"})).linked().link == "/elsewhere/current");
}

TEST_CASE("git-sync: what cannot be done is refused and what is not needed is said") {
  for (const auto* const filter :
       {"sparse:oid=main:x", "combine:blob:none+tree:0", "tree:3", "blob:limit=", "blob:limit=1x"})
    check_refused(with_root({"--filter=" + std::string(filter)}), ErrorKind::config, "use blob:none");
  CHECK(told(with_root({"--filter=blob:limit=10k"})).job.filter == "blob:limit=10k");
  check_refused(with_root({}), ErrorKind::config, "use --group-write", {{"GIT_SYNC_PERMISSIONS", "0755"}});
  check_refused(with_root({"--http-metrics"}), ErrorKind::config, "--http-metrics needs --http-bind");
  check_refused(with_root({"--http=1", "--http-bind=:1"}), ErrorKind::config, "exclude each other");
  check_refused(with_root({"--sync-token=t"}), ErrorKind::config, "needs --http");
  const auto out =
      told(with_root({"--git=/usr/bin/git", "--add-user", "--ssh", "--change-permissions=0", "--http-pprof"}));
  CHECK(out.warned("--git has no effect"));
  CHECK(out.warned("--add-user has no effect"));
  CHECK(out.warned("--http-pprof has no effect"));
  CHECK(out.warned("--ssh is deprecated and has no effect"));
}

TEST_CASE("git-sync: settings of git that are understood count and others are refused") {
  const test::TemporaryFolder folder;
  const auto ca = folder.file("ca", "pem");
  const auto out =
      told(with_root({"--git-config=http.extraHeader:X-A: b\\, c,\"http.sslVerify\":\"false\",http.sslCAInfo:" + ca +
                      ",safe.directory:*,core.autocrlf:input,http.proxy:http://p:1"}));
  const auto& remote = out.job.remote;
  REQUIRE(remote.extra_headers.size() == 1);
  CHECK(remote.extra_headers[0].name == "X-A");
  CHECK(remote.extra_headers[0].value == "b, c");
  CHECK_FALSE(remote.http.tls.verify);
  CHECK(remote.http.tls.ca_file == ca);
  CHECK(remote.http.proxies.https == "http://p:1");
  CHECK(out.warned("'safe.directory', 'core.autocrlf' has no effect"));
  CHECK(out.warned("certificates are not verified"));
  check_refused(with_root({"--git-config=filter.lfs.smudge:x"}), ErrorKind::config, "'filter.lfs.smudge' changes");
  check_refused(with_root({"--git-config=http.https://h/.extraHeader:x"}), ErrorKind::config, "not in quotes");
  check_refused(with_root({R"(--git-config="http.https://h/.extraHeader":x)"}), ErrorKind::config, "NAME: VALUE");
  check_refused(with_root({R"(--git-config="http.https://h/.sslVerify":x)"}), ErrorKind::config, "true or false");
  check_refused(with_root({"--git-config=protocol.file.allow:x"}), ErrorKind::config, "always, user or never");
  check_refused(with_root({"--git-config=nothing"}), ErrorKind::config, "an entry has no value");
  check_refused(with_root({R"(--git-config=a.b:\x)"}), ErrorKind::config, "an escape is not one of");
}

TEST_CASE("git-sync: settings of git for some URLs are taken as rules") {
  const auto out =
      told(with_root({R"(--git-config="url.https://m/.insteadOf":https://h/,"http.https://h/.extraHeader":A: b)",
                      "--git-config-add=protocol.allow:never", "--git-config-add=protocol.https.allow:user",
                      "--git-config-add=credential.helper:store --file=/logins"}),
           {{"HOME", "/home/me"}});
  const auto& remote = out.job.remote;
  REQUIRE(remote.rewrites.size() == 1);
  CHECK(remote.rewrites[0].from == "https://h/");
  CHECK(remote.rewrites[0].to == "https://m/");
  REQUIRE(remote.http_rules.size() == 1);
  CHECK(remote.http_rules[0].url == "https://h/");
  CHECK(remote.http_rules[0].value == "A: b");
  CHECK(remote.transports.at("") == git_sync::TransportRule::never);
  CHECK(remote.transports.at("https") == git_sync::TransportRule::user);
  CHECK(remote.netrc.path == "/home/me/.netrc");
  CHECK(remote.git_credentials.path == "/logins");
  CHECK_FALSE(out.warned("has no effect here"));
}

TEST_CASE("git-sync: git's own variables of TLS count") {
  const test::TemporaryFolder folder;
  const auto ca = folder.file("ca", "pem");
  CHECK(told(with_root({}), {{"GIT_SSL_CAINFO", ca}}).job.remote.http.tls.ca_file == ca);
  CHECK_FALSE(told(with_root({}), {{"GIT_SSL_NO_VERIFY", "1"}}).job.remote.http.tls.verify);
  const auto git_only = told(with_root({"--webhook-url=https://h/", "--git-config=http.proxy:http://p:1"}),
                             {{"GIT_SSL_CAINFO", ca}, {"GIT_SSL_NO_VERIFY", "1"}});
  CHECK(git_only.job.webhook->http.tls.ca_file.empty());
  CHECK(git_only.job.webhook->http.tls.verify);
  CHECK(git_only.job.webhook->http.proxies.https.empty());
  const auto all = told(with_root({"--webhook-url=https://h/", "--ca-file=" + ca, "--insecure"}));
  CHECK(all.job.webhook->http.tls.ca_file == ca);
  CHECK_FALSE(all.job.webhook->http.tls.verify);
  const auto out = told({}, {{"GIT_SSL_CAINFO", ca}, {"REPOSITORY", "/r"}, {"DESTINATION", "/d"}});
  CHECK(out.mode == GitSyncMode::in_place);
}

TEST_CASE("git-sync: the cookie file is the usual one or one that is named") {
  const test::TemporaryFolder folder;
  const auto file = folder.file("cookies", "# Netscape HTTP Cookie File\n");
  CHECK(told(with_root({"--cookie-file=" + file})).job.remote.cookie_file == file);
  CHECK(told(with_root({}), {{"GITSYNC_COOKIE_FILE", "false"}}).job.remote.cookie_file.empty());
  check_refused(with_root({"--cookie-file"}), ErrorKind::no_input, "/etc/git-secret/cookie_file");
}

TEST_CASE("git-sync: known hosts must be readable where they are asked for") {
  check_refused({"--repo=git@host:site.git", "--root=/r"}, ErrorKind::no_input,
                "--ssh-known-hosts=false trusts any host");
  const auto out = told({"--repo=ssh://git@host/site.git", "--root=/r", "--ssh-known-hosts=false"});
  CHECK(out.warned("the host key is not verified"));
}

TEST_CASE("git-sync: the signal that syncs has a name or a number") {
  const auto signal = [](const std::string& text) {
    const auto settings = config::resolve(git_sync_schema(), with_root({"--sync-on-signal=" + text}), {});
    return sync_signal(settings.values, GitSyncMode::linked);
  };
  CHECK(signal("SIGHUP") == SIGHUP);
  CHECK(signal("HUP") == SIGHUP);
  CHECK(signal("10") == SIGUSR1);
  CHECK(test::error_of([&] { signal("SIGNOTHING"); })->kind() == ErrorKind::config);
  CHECK(test::error_of([&] { signal("TERM"); })->hint() == "use SIGHUP or SIGUSR1");
}

TEST_CASE("git-sync: files of the linked mode lie below the root") {
  const auto out = told(with_root({"--touch-file=touched", "--error-file=/tmp/error.json", "--link=sub/current"}));
  CHECK(out.job.touch_file == "/nowhere/git/touched");
  CHECK(out.job.error_file == "/tmp/error.json");
  CHECK(out.linked().link == "/nowhere/git/sub/current");
}

TEST_CASE("git-sync: a password in the URL is in no error and no name of a link") {
  const auto out = told({"--repo=https://u:hunter2@host", "--root=/r"});
  CHECK(out.linked().link == "/r/host");
  const auto error =
      test::error_of([] { told({"--repo=https://u:hunter2@host/x", "--root=/r", "https://u:hunter2@y/"}); });
  REQUIRE(error);
  CHECK_FALSE(test::mentions(*error, "hunter2"));
}

TEST_CASE("git-sync: more is logged by any of the peer's ways to say so") {
  const auto level = [](const Words& words, const config::Environment& environment = {}) {
    return log_level_of(config::resolve(git_sync_schema(), with_root(words), environment).values);
  };
  CHECK(level({}) == LogLevel::info);
  for (const auto& words : std::vector<Words>{{"-v", "5"}, {"-v5"}, {"-v=5"}, {"-v"}, {"--verbose=1"}, {"--v=2"}})
    CHECK(level(words) == LogLevel::debug);
  CHECK(level({}, {{"GITSYNC_VERBOSE", "3"}}) == LogLevel::debug);
  CHECK(level({"--verbose=0"}) == LogLevel::info);
}

TEST_CASE("git-sync: the mode is known where other settings are wrong, and no file is touched for it") {
  const auto mode = [](const Words& words, const config::Environment& environment = {}) {
    config::Review review(config::Review::Files::untouched);
    return git_sync_mode(config::resolve(git_sync_schema(), words, environment, review).values);
  };
  CHECK(mode({"--in-place=/d", "--x", "--sync-token-file=/no/such"}) == GitSyncMode::in_place);
  CHECK(mode({"--x"}, {{"DESTINATION", "/d"}}) == GitSyncMode::in_place);
  CHECK(mode({"--x"}, {{"DESTINATION", "/d"}, {"GITSYNC_ROOT", "/git"}}) == GitSyncMode::linked);
  CHECK(mode({"--x"}) == GitSyncMode::linked);
}

TEST_CASE("git-sync: settings of git that would change the result are refused and all others warn once") {
  for (const auto* entry :
       {"http.https://h/.sslCAPath:/c", "http.sslCAPath:/c", "core.sshCommand:ssh -v", "credential.helper:!script",
        "credential.https://h.username:me", "fetch.fsckObjects:true", "transfer.fsckObjects:1", "core.autocrlf:true",
        "core.eol:crlf", "core.symlinks:false", "filter.lfs.process:x", "include.path:/f",
        "includeIf.gitdir:/x.path:/f", "remote.origin.url:/elsewhere", "submodule.inner.url:/elsewhere"}) {
    // A key that holds a colon is quoted.
    std::string text = entry;
    const auto colon = text.find("://") == std::string::npos ? text.find(':') : text.find(':', text.find("://") + 3);
    text = '"' + text.substr(0, colon) + "\":" + text.substr(colon + 1);
    check_refused(with_root({"--git-config-add=" + text}), ErrorKind::config, "changes what git syncs");
  }
  const auto out = told(with_root({"--git-config-add=protocol.file.allow:always",
                                   "--git-config-add=core.autocrlf:false", "--git-config-add=http.postBuffer:1",
                                   "--git-config=gc.auto:0", "--git-config-add=http.extraHeader:X-A: b, c"}),
                        {{"GITSYNC_GIT_CONFIG_ADD", "pull.ff:only"}});
  CHECK(std::ranges::count_if(
            out.warnings, [](const auto& line) { return line.find("has no effect here") != std::string::npos; }) == 1);
  for (const auto* key : {"core.autocrlf", "http.postbuffer", "gc.auto", "pull.ff"})
    CHECK(out.warned("'" + std::string(key) + "'"));
  REQUIRE(out.job.remote.extra_headers.size() == 1);
  CHECK(out.job.remote.extra_headers[0].value == "b, c");
}

TEST_CASE("git-sync: every flag of the peer is known, and its variable unless it is deprecated there") {
  constexpr std::string_view peer =
      "add-user askpass-url branch change-permissions cookie-file credential depth dest error-file exechook-backoff "
      "exechook-command exechook-timeout filter git git-config git-config-add git-gc github-app-application-id "
      "github-app-client-id github-app-installation-id github-app-private-key-file github-base-url group-write help "
      "http-bind http-metrics http-pprof init-max-failures init-period link man max-failures max-sync-failures "
      "one-time "
      "password password-file period pre-publish-exechook-backoff pre-publish-exechook-command "
      "pre-publish-exechook-timeout ref repo rev root sparse-checkout-file ssh ssh-key-file ssh-known-hosts "
      "ssh-known-hosts-file stale-worktree-timeout submodules sync-hook-command sync-on-signal sync-timeout timeout "
      "touch-file username v verbose version wait webhook-backoff webhook-method webhook-success-status "
      "webhook-timeout webhook-url";
  constexpr std::string_view without_variable =
      " branch change-permissions dest help man max-sync-failures rev sync-hook-command timeout v version wait ";
  const auto schema = git_sync_schema();
  std::istringstream names{std::string(peer)};
  for (std::string name; names >> name;) {
    INFO(name);
    const auto* setting = schema.find(name);
    REQUIRE(setting != nullptr);
    std::string variable = "GITSYNC_";
    for (const char c : name)
      variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const auto known = " " + std::string(setting->peer_variables) + " ";
    const bool has_variable =
        known.find(" " + variable + " ") != std::string::npos || known.find(" !" + variable + " ") != std::string::npos;
    CHECK((has_variable || without_variable.find(" " + name + " ") != std::string_view::npos));
  }
}

TEST_CASE("git-sync: the pre-publish hook has its peer's names and a hint to the gate") {
  const auto out = told(with_root({"--pre-publish-exechook-command=/hook", "--pre-publish-exechook-timeout=7s"}),
                        {{"GITSYNC_PRE_PUBLISH_EXECHOOK_BACKOFF", "5s"}});
  REQUIRE(out.job.pre_publish_hook);
  CHECK(out.job.pre_publish_hook->argv == Words{"/hook"});
  CHECK(out.job.pre_publish_hook->timeout == 7s);
  CHECK(out.job.pre_publish_hook->backoff == 5s);
  CHECK(out.warned("--gate"));
  check_refused(in_place({"--pre-publish-exechook-command=/hook"}), ErrorKind::config,
                "cannot be combined with --in-place");
}

TEST_CASE("git-sync: a root of others is emptied only where that is asked for") {
  CHECK(told(with_root({})).linked().foreign_files == git_sync::LinkedTarget::ForeignFiles::refuse);
  CHECK(told(with_root({"--empty-root"})).linked().foreign_files == git_sync::LinkedTarget::ForeignFiles::remove);
}
