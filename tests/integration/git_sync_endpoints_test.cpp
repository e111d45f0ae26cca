#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/ports.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

constexpr auto patience = 20s;

/// A repository, a root, and a running git-sync with an endpoint.
struct Scene {
  GitRepository repository;
  TempDir place;
  std::string address = "127.0.0.1:" + std::to_string(free_port());

  std::vector<std::string> flags(std::vector<std::string> more) const {
    std::vector<std::string> out{"--repo=" + file_url(repository.path()), "--root=" + (place / "root").string(),
                                 "--link=current", "--max-failures=-1"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  /// The status of a request; 0 where nobody listens.
  int ask(const std::string& path, const std::string& method = "GET", std::vector<HttpHeader> headers = {}) {
    try {
      HttpClient client({});
      const auto response =
          client.send({.method = method, .url = "http://" + address + path, .headers = std::move(headers)}, {});
      last_body = response.body;
      return response.status;
    } catch (const Error&) {
      return 0;
    }
  }

  std::string published() const { return linked_commit(place / "root/current"); }
  bool is_published(const std::string& hash) const {
    return eventually(patience, [&] { return published() == hash; });
  }

  std::string last_body;
};

}  // namespace

TEST_CASE("The endpoints of the peer answer 503 until the first sync and 200 ever after") {
  Scene scene;
  Child child(git_sync_command(
      scene.flags({"--http-bind=" + scene.address, "--http-metrics", "--period=100ms", "--ref=later"})));
  REQUIRE(eventually(patience, [&] { return scene.ask("/") == 503; }));
  CHECK(scene.last_body.find("repo is not ready") != std::string::npos);
  CHECK(scene.ask("/healthz") == 200);
  CHECK(scene.ask("/readyz") == 503);
  scene.repository.commit_file("page", "one");
  scene.repository.branch("later");
  REQUIRE(eventually(patience, [&] { return scene.ask("/") == 200; }));
  CHECK(scene.ask("/readyz") == 200);
  REQUIRE(eventually(patience, [&] {
    return scene.ask("/metrics") == 200 &&
           scene.last_body.find("git_sync_count_total{status=\"success\"}") != std::string::npos;
  }));
  for (const std::string name :
       {"git_sync_count_total{status=\"success\"} 1", "git_sync_duration_seconds_count", "git_fetch_count_total"}) {
    CAPTURE(name, scene.last_body);
    CHECK(scene.last_body.find(name) != std::string::npos);
  }
  scene.repository.git({"branch", "-D", "later"});
  REQUIRE(eventually(patience, [&] {
    return scene.ask("/metrics") == 200 &&
           scene.last_body.find("git_sync_count_total{status=\"error\"}") != std::string::npos;
  }));
  CHECK(scene.ask("/") == 200);
  CHECK(scene.ask("/readyz") == 200);
  child.signal(SIGTERM);
  CHECK(child.wait(patience).exit_code == 143);
}

TEST_CASE("Figures are shown only where they were asked for") {
  Scene scene;
  scene.repository.commit_file("page", "one");
  const Child child(git_sync_command(scene.flags({"--http-bind=" + scene.address})));
  REQUIRE(eventually(patience, [&] { return scene.ask("/readyz") == 200; }));
  scene.ask("/metrics");
  CHECK(scene.last_body.find("git_sync_count_total") == std::string::npos);
}

TEST_CASE("A process that stands by is ready when the folder is at a commit of the history by its short name") {
  Scene scene;
  const auto old = scene.repository.commit_file("page", "one");
  scene.repository.commit_file("page", "two");
  const auto ref = "--ref=" + old.substr(0, 10);
  const Child worker(git_sync_command(scene.flags({ref, "--period=100ms"})));
  REQUIRE(scene.is_published(old));
  const Child other(git_sync_command(scene.flags({ref, "--period=100ms", "--http=" + scene.address})));
  CHECK(eventually(5s, [&] { return scene.ask("/readyz") == 200; }));
  CHECK(other.err().find("standing by") != std::string::npos);
}

TEST_CASE("A request with the token syncs at once and others do not") {
  Scene scene;
  const auto first = scene.repository.commit_file("page", "one");
  const Child child(
      git_sync_command(scene.flags({"--http=" + scene.address, "--sync-token=open-sesame", "--period=1h"})));
  REQUIRE(scene.is_published(first));
  const auto second = scene.repository.commit_file("page", "two");
  CHECK(scene.ask("/sync", "POST") == 401);
  CHECK(scene.ask("/sync", "POST", {{"Authorization", "Bearer wrong"}}) == 403);
  CHECK(scene.published() == first);
  CHECK(scene.ask("/sync", "POST", {{"Authorization", "Bearer open-sesame"}}) == 202);
  CHECK(scene.is_published(second));
}

TEST_CASE("A signal syncs at once") {
  Scene scene;
  const auto first = scene.repository.commit_file("page", "one");
  const Child child(git_sync_command(scene.flags({"--sync-on-signal=SIGHUP", "--period=1h"})));
  REQUIRE(scene.is_published(first));
  const auto second = scene.repository.commit_file("page", "two");
  child.signal(SIGHUP);
  CHECK(scene.is_published(second));
}

TEST_CASE("Hooks are told at the start and of each change") {
  Scene scene;
  const auto first = scene.repository.commit_file("page", "one");
  const auto hook = scene.place / "hook";
  write_file(hook, "#!/bin/sh\ncat page >> " + (scene.place / "told").string() + "\necho \" $GITSYNC_HASH\" >> " +
                       (scene.place / "told").string() + "\n");
  std::filesystem::permissions(hook, std::filesystem::perms(0755));
  const auto told = [&] {
    return std::filesystem::exists(scene.place / "told") ? read_file(scene.place / "told") : std::string();
  };
  const Child child(git_sync_command(scene.flags({"--exechook-command=" + hook.string(), "--period=100ms"})));
  REQUIRE(eventually(patience, [&] { return told() == "one " + first + "\n"; }));
  const auto second = scene.repository.commit_file("page", "two");
  CHECK(eventually(patience, [&] { return told() == "one " + first + "\ntwo " + second + "\n"; }));
}

TEST_CASE("A run that ends waits for its hooks and fails where one fails") {
  Scene scene;
  const auto hash = scene.repository.commit_file("page", "one");
  const auto good = git_sync(scene.flags({"--one-time", "--exechook-command=/bin/true"}));
  CAPTURE(good.describe());
  CHECK(good.exit_code == 0);
  const auto bad = git_sync(scene.flags({"--one-time", "--exechook-command=/bin/false"}));
  CAPTURE(bad.describe());
  CHECK(bad.exit_code == 1);
  CHECK(bad.err.find("exechook failed") != std::string::npos);
  CHECK(scene.published() == hash);
}

TEST_CASE("A hook does not outlive a git-sync that is killed") {
  Scene scene;
  scene.repository.commit_file("page", "one");
  const auto hook = scene.place / "hook";
  const auto told = scene.place / "told";
  write_file(hook, "#!/bin/sh\necho $$ > " + (scene.place / "new").string() + "\nmv " + (scene.place / "new").string() +
                       " " + told.string() + "\nexec sleep 600\n");
  std::filesystem::permissions(hook, std::filesystem::perms(0755));
  Child child(git_sync_command(scene.flags({"--exechook-command=" + hook.string(), "--exechook-timeout=10m"})));
  REQUIRE(eventually(patience, [&] { return std::filesystem::exists(told); }));
  const auto runs = static_cast<pid_t>(std::stol(read_file(told)));
  child.signal(SIGKILL);
  child.wait(patience);
  CHECK(eventually(patience, [&] { return ::kill(runs, 0) != 0; }));
}

TEST_CASE("Wrong settings that are parked are answered to probes") {
  Scene scene;
  Child child(git_sync_command(scene.flags({"--http=" + scene.address, "--filter=x", "--park"})));
  REQUIRE(eventually(patience, [&] { return scene.ask("/healthz") == 200; }));
  CHECK(scene.ask("/readyz") == 503);
  child.signal(SIGTERM);
  CHECK(child.wait(patience).exit_code == 1);
}
