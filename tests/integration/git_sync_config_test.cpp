// git-sync with the settings and logins that are kept for git: --git-config, .netrc and .git-credentials.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/apache.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/git_sync_site.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

struct ServedSite : Site {
  std::string commit = repository.commit_file("index.html", "one");

  std::string serve(const Apache& server) const {
    const auto path = server.repositories() / "site.git";
    git(home.path(), {"clone", "--quiet", "--bare", repository.path().string(), path.string()});
    run({{"chmod", "-R", "a+rX", path.string()}}, 10s);
    return server.url("/git/site.git");
  }

  /// One sync of `url` with `home` as HOME.
  Finished once(const std::string& url, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--repo=" + url, "--root=" + root.string(), "--link=current", "--one-time"});
    auto command = git_sync_command(std::move(more));
    command.environment.emplace_back("HOME", home.path().string());
    auto done = run(command, 60s);
    INFO(done.describe());
    CHECK(done.err.find("sesame") == std::string::npos);
    return done;
  }

  bool is_synced(const Finished& done) const {
    const bool synced = done.exit_code == 0 && linked_commit(link) == commit;
    fs::remove_all(root);
    return synced;
  }
};

const ApacheSettings with_password{.user = "reader", .password = "open sesame"};

}  // namespace

TEST_CASE("The login of a netrc is used, of the usual one or of one that is named") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  CHECK_FALSE(site.is_synced(site.once(url)));
  const auto other = site.home / "logins";
  write_file(other, "machine 127.0.0.1 login reader password \"open sesame\"\n");
  CHECK(site.is_synced(site.once(url, {"--netrc-file=" + other.string()})));
  CHECK_FALSE(site.is_synced(site.once(url, {"--netrc-file=" + (site.home / "absent").string()})));
  fs::rename(other, site.home / ".netrc");
  CHECK(site.is_synced(site.once(url)));
  CHECK_FALSE(site.is_synced(site.once(url, {"--username=reader", "--password=wrong"})));
}

TEST_CASE("The login of .git-credentials is used, of the usual one or of one that a helper names") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  const auto line = "http://reader:open%20sesame@127.0.0.1:" + std::to_string(server.port()) + "\n";
  const auto other = site.home / "stored";
  write_file(other, line);
  CHECK(site.is_synced(site.once(url, {"--git-config=credential.helper:store --file=" + other.string()})));
  CHECK_FALSE(site.is_synced(site.once(url)));
  write_file(site.home / ".git-credentials", line);
  CHECK(site.is_synced(site.once(url)));
}

TEST_CASE("A URL is rewritten as git's url.*.insteadOf says, also for submodules") {
  const ServedSite site;
  const Apache server;
  const auto url = site.serve(server);
  const auto rewrite = "--git-config-add=\"url." + server.url("/git/") + ".insteadOf\":https://forge.invalid/acme/";
  CHECK(site.is_synced(site.once("https://forge.invalid/acme/site.git", {rewrite})));
  const GitRepository parent;
  parent.git(
      {"-c", "protocol.file.allow=always", "submodule", "add", "--quiet", site.repository.path().string(), "sub"});
  parent.git({"config", "--file", ".gitmodules", "submodule.sub.url", "https://forge.invalid/acme/site.git"});
  parent.commit();
  const auto done = site.once(file_url(parent.path()), {rewrite});
  CHECK(done.exit_code == 0);
  CHECK(read_file(site.link / "sub" / "index.html") == "one");
}

TEST_CASE("Settings of http for one URL hold for that URL and no other") {
  const ServedSite site;
  const Certificates certificates;
  const Apache server({.certificates = &certificates});
  const auto url = site.serve(server);
  const auto ca = certificates.authority().string();
  const auto rule = [](const std::string& key, const std::string& value) {
    return "--git-config-add=\"http." + key + "\":" + value;
  };
  CHECK(site.is_synced(site.once(url, {rule(server.url("/git") + ".sslCAInfo", ca)})));
  CHECK(site.is_synced(site.once(url, {rule(server.url("") + ".sslVerify", "false")})));
  CHECK_FALSE(site.is_synced(site.once(url, {rule("https://other.invalid/.sslCAInfo", ca)})));
  CHECK_FALSE(site.is_synced(site.once(url, {rule(server.url("/other") + ".sslVerify", "false")})));
}

TEST_CASE("A header for one URL is sent there") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  const std::string login = "Authorization: Basic cmVhZGVyOm9wZW4gc2VzYW1l";
  CHECK(site.is_synced(site.once(url, {"--git-config-add=\"http." + server.url("/") + ".extraHeader\":" + login})));
  CHECK_FALSE(site.is_synced(site.once(url, {"--git-config-add=\"http.http://h.invalid/.extraHeader\":" + login})));
}

TEST_CASE("A transport that --git-config forbids is not used") {
  const ServedSite site;
  const auto done = site.once(file_url(site.repository.path()), {"--git-config=protocol.file.allow:never"});
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("forbids the transport 'file'") != std::string::npos);
  const auto all = site.once(file_url(site.repository.path()), {"--git-config=protocol.allow:never"});
  CHECK(all.exit_code == 1);
  CHECK(site.is_synced(
      site.once(file_url(site.repository.path()), {"--git-config=protocol.allow:never,protocol.file.allow:user"})));
}
