// git-sync goes back to the tree before, holds it through restarts, and follows the ref again when told to.
#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

constexpr auto patience = 20s;

struct Rolled : Site {
  std::string first = repository.commit_file("page", "one");
  std::string second;
  std::string third;

  std::vector<std::string> flags(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--keep-trees=2", "--max-failures=-1"});
    return linked(more);
  }
  bool shows(const std::string& commit) const {
    return eventually(patience, [&] { return linked_commit(link) == commit; });
  }
  Finished ask(const std::string& what, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{sidekick_binary(), "git-sync", what, "--root=" + root.string()};
    words.insert(words.end(), more.begin(), more.end());
    return run({words}, 40s);
  }
  /// Publishes three commits, one after the other.
  void publish_three() {
    REQUIRE(shows(first));
    second = repository.commit_file("page", "two");
    REQUIRE(shows(second));
    third = repository.commit_file("page", "three");
    REQUIRE(shows(third));
  }
};

}  // namespace

TEST_CASE("A rollback moves the link back and holds it there until it is told to resume") {
  Rolled site;
  Child child(git_sync_command(site.flags({"--period=20ms"})));
  site.publish_three();
  const auto back = site.ask("rollback");
  INFO(back.describe());
  CHECK(back.exit_code == 0);
  CHECK(back.out == "held at " + site.second + "\n");
  CHECK(linked_commit(site.link) == site.second);
  CHECK(site.content("page") == "two");
  const auto fourth = site.repository.commit_file("page", "four");
  const auto further = site.ask("rollback");
  CHECK(further.out == "held at " + site.first + "\n");
  CHECK(linked_commit(site.link) == site.first);
  const auto none = site.ask("rollback");
  CHECK(none.exit_code == 66);
  CHECK(none.err.find("there is no tree before") != std::string::npos);
  CHECK(linked_commit(site.link) == site.first);
  CHECK(site.ask("resume").out == "following the ref again\n");
  CHECK(site.shows(fourth));
  CHECK(site.ask("resume").out == "nothing was held\n");
  CHECK(child.err().find("a rollback holds the tree") != std::string::npos);
}

TEST_CASE("A hold outlives a kill and a restart, and damage to the held tree is repaired") {
  Rolled site;
  {
    Child child(git_sync_command(site.flags({"--period=20ms"})));
    site.publish_three();
    REQUIRE(site.ask("rollback").exit_code == 0);
    child.signal(SIGKILL);
    child.wait(patience);
  }
  write_file(fs::canonical(site.link) / "page", "damaged");
  Child again(git_sync_command(site.flags({"--period=20ms"})));
  CHECK(eventually(patience, [&] { return site.content("page") == "two"; }));
  CHECK(linked_commit(site.link) == site.second);
  REQUIRE(site.ask("resume").exit_code == 0);
  CHECK(site.shows(site.third));
}

TEST_CASE("A hold outlives the loss of the repository") {
  Rolled site;
  {
    const Child child(git_sync_command(site.flags({"--period=20ms"})));
    site.publish_three();
    REQUIRE(site.ask("rollback").exit_code == 0);
  }
  write_file(site.root / ".git/config", "[garbage");
  site.repository.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  Child again(git_sync_command(site.flags({"--period=20ms"})));
  CHECK(eventually(patience, [&] {
    return again.err().find("held at " + site.second) != std::string::npos ||
           again.err().find("is at " + site.second) != std::string::npos;
  }));
  CHECK(linked_commit(site.link) == site.second);
}

TEST_CASE("A rollback while nobody runs takes effect at the next start") {
  Rolled site;
  {
    const Child child(git_sync_command(site.flags({"--period=20ms"})));
    site.publish_three();
  }
  const auto back = site.ask("rollback");
  INFO(back.describe());
  CHECK(back.out.find("from the next start on") != std::string::npos);
  CHECK(linked_commit(site.link) == site.third);
  const Child child(git_sync_command(site.flags({"--period=20ms"})));
  CHECK(site.shows(site.second));
}

TEST_CASE("A rollback over HTTP needs the token and takes effect long before the next poll") {
  Rolled site;
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  const auto ask = [&](const std::string& path, const std::string& token) {
    sidekick::HttpClient client({});
    return client
        .send({.method = "POST", .url = "http://" + address + path, .headers = {{"Authorization", "Bearer " + token}}},
              {})
        .status;
  };
  {
    const Child child(git_sync_command(site.flags({"--period=20ms"})));
    site.publish_three();
  }
  const Child child(git_sync_command(site.flags({"--period=1h", "--http=" + address, "--sync-token=sesame"})));
  REQUIRE(eventually(patience, [&] {
    try {
      return ask("/rollback", "wrong") == 403;
    } catch (const sidekick::Error&) {
      return false;
    }
  }));
  CHECK(linked_commit(site.link) == site.third);
  // The trees that an earlier process published are known.
  REQUIRE(eventually(patience, [&] { return child.err().find("is at " + site.third) != std::string::npos; }));
  CHECK(ask("/rollback", "sesame") == 202);
  CHECK(site.shows(site.second));
  CHECK(ask("/rollback", "sesame") == 202);
  CHECK(site.shows(site.first));
  CHECK(ask("/rollback", "sesame") == 409);
  CHECK(ask("/resume", "sesame") == 202);
  CHECK(site.shows(site.third));
}

TEST_CASE("A rollback calls the hooks and sends the post-sync signal") {
  Rolled site;
  const auto told = site.home / "told";
  const auto neighbour = site.home / "neighbour";
  write_file(neighbour, "#!/bin/sh\ntrap 'echo x >> " + told.string() + "' HUP\necho $$ > " +
                            (site.home / "pid").string() + "\nwhile :; do sleep 0.01; done\n");
  fs::permissions(neighbour, fs::perms::all);
  const Child server({{neighbour.string()}});
  REQUIRE(eventually(patience, [&] { return fs::exists(site.home / "pid"); }));
  const auto signals = [&] { return fs::exists(told) ? fs::file_size(told) / 2 : 0; };
  const Child child(
      git_sync_command(site.flags({"--period=20ms", "--post-sync-signal=HUP:" + (site.home / "pid").string()})));
  REQUIRE(site.shows(site.first));
  REQUIRE(eventually(patience, [&] { return signals() == 1; }));
  site.second = site.repository.commit_file("page", "two");
  REQUIRE(eventually(patience, [&] { return signals() == 2; }));
  REQUIRE(site.ask("rollback").exit_code == 0);
  CHECK(eventually(patience, [&] { return signals() == 3; }));
}

TEST_CASE("As many old trees stay as are to be kept") {
  Rolled site;
  const Child child(git_sync_command(site.flags({"--period=20ms"})));
  site.publish_three();
  const auto fourth = site.repository.commit_file("page", "four");
  REQUIRE(site.shows(fourth));
  const auto has_tree = [&](const std::string& commit) { return fs::exists(site.root / ".worktrees" / commit); };
  CHECK(eventually(patience, [&] { return !has_tree(site.first); }));
  CHECK(has_tree(site.second));
  CHECK(has_tree(site.third));
}
