// What manifests of kubernetes/git-sync rely on, by its newest state.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

TEST_CASE("The flags that the peer's own tests always pass are accepted") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  const auto done = site.once({"--http-bind=127.0.0.1:" + std::to_string(free_port()), "--http-metrics", "--http-pprof",
                               "--verbose=6", "--git-config-add=protocol.file.allow:always"});
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(linked_commit(site.link) == commit);
}

TEST_CASE("The touch file and the error file get the folders that are missing") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  const auto outside = site.home / "a/b";
  const auto done = site.once({"--touch-file=" + (outside / "touch").string(), "--error-file=in/side/error"});
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(fs::exists(outside / "touch"));
  const auto failed = site.once({"--ref=nowhere", "--error-file=in/side/error"});
  CHECK(failed.exit_code == 1);
  CHECK(read_file(site.root / "in/side/error").find("couldn't find remote ref") != std::string::npos);
  const auto refused = site.once({"--depth=-1", "--error-file=" + (site.home / "c/error").string()});
  CHECK(refused.exit_code == 1);
  CHECK(fs::exists(site.home / "c/error"));
}

TEST_CASE("A root that holds files of others is emptied only with --empty-root") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  fs::create_directories(site.root / "folder");
  write_file(site.root / "folder/precious", "1");
  write_file(site.root / ".git", "a file");
  const auto refused = site.once();
  INFO(refused.describe());
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("--empty-root") != std::string::npos);
  CHECK(fs::exists(site.root / "folder/precious"));
  const auto done = site.once({"--empty-root"});
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(done.err.find("'folder'") != std::string::npos);
  CHECK_FALSE(fs::exists(site.root / "folder"));
  CHECK(linked_commit(site.link) == commit);
}

TEST_CASE("The pre-publish hook runs in each new tree and publication does not wait for it") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  const auto told = site.home / "told";
  const auto go = site.home / "go";
  const auto hook = site.home / "hook";
  write_file(hook, "#!/bin/sh\necho \"$(cat index.html) $# [$GITSYNC_HASH]\" >> " + told.string() +
                       "\nwhile ! test -e " + go.string() + "; do sleep 0.02; done\n");
  fs::permissions(hook, fs::perms(0755));
  const auto said = [&] { return fs::exists(told) ? read_file(told) : std::string(); };
  const Child child(
      git_sync_command(site.linked({"--period=50ms", "--pre-publish-exechook-command=" + hook.string()})));
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == first && !said().empty(); }));
  CHECK(said() == "one 0 []\n");
  CHECK(child.err().find("--gate") != std::string::npos);
  const auto second = site.repository.commit_file("index.html", "two");
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == second; }));
  CHECK(said() == "one 0 []\n");
  write_file(go, "");
  CHECK(eventually(20s, [&] { return said() == "one 0 []\ntwo 0 [" + first + "]\n"; }));
}

TEST_CASE("The pre-publish hook runs at a start where nothing changed, and a run that ends awaits it") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  const auto told = site.home / "told";
  const auto hook = site.home / "hook";
  write_file(hook, "#!/bin/sh\nsleep 0.2\necho \"$GITSYNC_HASH\" >> " + told.string() + "\nexit 3\n");
  fs::permissions(hook, fs::perms(0755));
  const auto done = site.once({"--pre-publish-exechook-command=" + hook.string()});
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(read_file(told) == first + "\n");
}
