// git-sync and the servers that repositories come from: who is let in, and what is said where nobody is.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/support/apache.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_daemon.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

/// One whose repository has a commit.
struct ServedSite : Site {
  std::string commit = repository.commit_file("index.html", "one");

  Finished once(const std::string& url, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--repo=" + url, "--root=" + root.string(), "--link=current", "--one-time"});
    return git_sync(std::move(more));
  }
  // A copy below an Apache, which may read as another user.
  std::string serve(const Apache& server) const {
    const auto path = server.repositories() / "site.git";
    git(home.path(), {"clone", "--quiet", "--bare", repository.path().string(), path.string()});
    run({{"chmod", "-R", "a+rX", path.string()}}, 10s);
    return server.url("/git/site.git");
  }
};

const ApacheSettings with_password{.user = "reader", .password = "open sesame"};

void check_synced(const ServedSite& site, const Finished& done) {
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(linked_commit(site.link) == site.commit);
}

void check_refused(const Finished& done, const std::string& word) {
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(done.err.find(word) != std::string::npos);
  CHECK(done.err.find("open sesame") == std::string::npos);
  CHECK(done.err.find("wrong word") == std::string::npos);
}

}  // namespace

TEST_CASE("A repository behind a user and password is synced however they are given") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  write_file(site.home / "password", "open sesame\n");
  const auto file = (site.home / "password").string();
  check_synced(site, site.once(url, {"--username=reader", "--password=open sesame"}));
  check_synced(site, site.once(url, {"--username=reader", "--password-file=" + file}));
  check_synced(site, site.once(url, {R"(--credential={"url":")" + server.url() +
                                     R"(","username":"reader","password":"open sesame"})"}));
  check_synced(site, site.once("http://reader:open%20sesame@" + url.substr(7)));
}

TEST_CASE("A password that is wrong or missing is told without being printed") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  check_refused(site.once(url), "--username");
  check_refused(site.once(url, {"--username=reader", "--password=wrong word"}), "rejects the credentials");
  check_refused(site.once("http://reader:wrong%20word@" + url.substr(7)), "rejects the credentials");
  CHECK_FALSE(fs::exists(site.link));
}

TEST_CASE("A password file that is renewed is read again at the next poll") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  const auto file = site.home / "password";
  write_file(file, "wrong word\n");
  Child child(git_sync_command({"--repo=" + url, "--root=" + site.root.string(), "--link=current", "--period=50ms",
                                "--max-failures=-1", "--username=reader", "--password-file=" + file.string()}));
  REQUIRE(eventually(20s, [&] { return child.err().find("rejects the credentials") != std::string::npos; }));
  write_file(file, "open sesame\n");
  CHECK(eventually(20s, [&] { return linked_commit(site.link) == site.commit; }));
}

TEST_CASE("A server with a certificate of an own authority is trusted where that is named") {
  const ServedSite site;
  const Certificates certificates;
  const Apache server({.certificates = &certificates});
  const auto url = site.serve(server);
  check_refused(site.once(url), "certificate");
  check_synced(site, site.once(url, {"--ca-file=" + certificates.authority().string()}));
  check_synced(site, site.once(url, {"--git-config=http.sslCAInfo:" + certificates.authority().string()}));
  const auto unchecked = site.once(url, {"--insecure"});
  check_synced(site, unchecked);
  CHECK(unchecked.err.find("insecure") != std::string::npos);
}

TEST_CASE("A server that wants a certificate of its client gets it") {
  const ServedSite site;
  const Certificates certificates;
  const Apache server({.certificates = &certificates, .client_certificate = true});
  const auto url = site.serve(server);
  const auto authority = "--ca-file=" + certificates.authority().string();
  CHECK(site.once(url, {authority}).exit_code == 1);
  check_synced(site, site.once(url, {authority, "--client-certificate=" + certificates.client().string()}));
}

TEST_CASE("A repository is synced over ssh with a key, and the server's key is checked") {
  const ServedSite site;
  SshServer server;
  const auto url = server.url(site.repository.path());
  const auto known = "--ssh-known-hosts-file=" + server.known_hosts().string();
  const auto key = "--ssh-key-file=" + server.client_key().string();
  check_synced(site, site.once(url, {key, known}));
  check_refused(site.once(url, {"--ssh-key-file=" + server.other_key().string(), known}), "key");
  server.change_host_key();
  check_refused(site.once(url, {key, known}), "changed");
  check_synced(site, site.once(url, {key, "--ssh-known-hosts=false"}));
}

TEST_CASE("A server that is gone for a while is waited for with the last tree in place") {
  const ServedSite site;
  Apache server;
  const auto url = site.serve(server);
  Child child(git_sync_command(
      {"--repo=" + url, "--root=" + site.root.string(), "--link=current", "--period=50ms", "--max-failures=-1"}));
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == site.commit; }));
  server.stop();
  REQUIRE(eventually(20s, [&] { return child.err().find("refused") != std::string::npos; }));
  CHECK(read_file(site.link / "index.html") == "one");
  server.start();
  const auto second = site.repository.commit_file("index.html", "two");
  site.repository.git({"push", "--quiet", (server.repositories() / "site.git").string(), "main"});
  run({{"chmod", "-R", "a+rX", server.repositories().string()}}, 10s);
  CHECK(eventually(20s, [&] { return linked_commit(site.link) == second; }));
}

TEST_CASE("A poll that finds nothing is one request on a kept connection") {
  const ServedSite site;
  const Apache server;
  const auto url = site.serve(server);
  Child child(git_sync_command({"--repo=" + url, "--root=" + site.root.string(), "--link=current", "--period=20ms"}));
  const auto requests = [&] { return static_cast<int>(std::ranges::count(server.access_log(), '\n')); };
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == site.commit && requests() > 30; }));
  const auto log = server.access_log();
  const auto tail = log.substr(log.size() / 2);
  INFO(log);
  CHECK(tail.find("info/refs") == std::string::npos);
}

TEST_CASE("Submodules come from their own servers with the credentials of their hosts") {
  const ServedSite site;
  const Apache server(with_password);
  const auto url = site.serve(server);
  const GitRepository parent;
  parent.write(".gitmodules", "[submodule \"inner\"]\n\tpath = inner\n\turl = " + url + "\n");
  parent.git({"add", ".gitmodules"});
  parent.git({"update-index", "--add", "--cacheinfo", "160000," + site.commit + ",inner"});
  parent.git({"commit", "--quiet", "--message", "parent"});
  const auto refused = site.once(file_url(parent.path()));
  check_refused(refused, "inner");
  const auto done = site.once(file_url(parent.path()), {R"(--credential={"url":")" + server.url() +
                                                        R"(","username":"reader","password":"open sesame"})"});
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(read_file(site.link / "inner/index.html") == "one");
}

TEST_CASE("A submodule that names files of this machine is refused where its parent came from another") {
  const ServedSite site;
  const Apache server;
  site.repository.write(".gitmodules",
                        "[submodule \"in\"]\n\tpath = in\n\turl = " + site.repository.path().string() + "\n");
  site.repository.git({"add", ".gitmodules"});
  site.repository.git({"update-index", "--add", "--cacheinfo", "160000," + site.commit + ",in"});
  site.repository.git({"commit", "--quiet", "--message", "parent"});
  const auto refused = site.once(site.serve(server));
  check_refused(refused, "on this machine");
  CHECK_FALSE(fs::exists(site.link));
}

TEST_CASE("The login of an askpass URL is not shown to a submodule on another host") {
  const ServedSite site;
  const Apache other(with_password);
  const auto url = site.serve(other);
  const Apache server;
  server.add_script("login", "printf 'Content-Type: text/plain\\n\\nusername=reader\\npassword=open sesame\\n'\n");
  const GitRepository parent;
  parent.write(".gitmodules", "[submodule \"inner\"]\n\tpath = inner\n\turl = " + url + "\n");
  parent.git({"add", ".gitmodules"});
  parent.git({"update-index", "--add", "--cacheinfo", "160000," + site.commit + ",inner"});
  parent.git({"commit", "--quiet", "--message", "parent"});
  check_refused(site.once(file_url(parent.path()), {"--askpass-url=" + server.url("/cgi/login")}), "inner");
}

TEST_CASE("A server of the old protocol that demands multi_ack is followed through changes") {
  const ServedSite site;
  const Apache server;
  site.serve(server);
  const auto repository = (server.repositories() / "site.git").string();
  // As Azure DevOps answers who does not name it.
  server.add_script(
      "demanding",
      "run() { env -u GIT_PROTOCOL git -c safe.directory='*' upload-pack --stateless-rpc \"$@\" " + repository + R"(; }
case "$PATH_INFO" in
*/info/refs)
  printf 'Content-Type: application/x-git-upload-pack-advertisement\n\n001e# service=git-upload-pack\n0000'
  run --advertise-refs ;;
*)
  body=$(mktemp); cat > "$body"
  if grep -q multi_ack "$body"; then
    printf 'Content-Type: application/x-git-upload-pack-result\n\n'
    run < "$body"
  else
    printf 'Status: 400 Bad Request\nContent-Type: text/plain\n\nTF401041: the pack protocol is not valid'
  fi
  rm "$body" ;;
esac
)");
  const auto url = server.url("/cgi/demanding/site.git");
  check_synced(site, site.once(url));
  const auto second = site.repository.commit_file("index.html", "two");
  site.repository.git({"push", "--quiet", repository, "main"});
  run({{"chmod", "-R", "a+rX", repository}}, 10s);
  for (const auto* depth : {"--depth=1", "--depth=0"}) {
    const auto done = site.once(url, {depth});
    INFO(done.describe());
    CHECK(done.exit_code == 0);
    CHECK(linked_commit(site.link) == second);
  }
}
