#include "git_sync/submodules.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "tests/support/git_repository.hpp"

using sidekick::git_sync::LinkedTarget;
using sidekick::git_sync::ObjectId;
using sidekick::git_sync::remote_of_submodule;
using sidekick::git_sync::RemoteSettings;
using sidekick::git_sync::resolve_submodule_url;
using sidekick::git_sync::Store;
using sidekick::git_sync::submodules_of;
using namespace sidekick::test;

namespace {

Store open(const GitRepository& repository) {
  return Store::open_or_create(repository.path() / ".git", LinkedTarget::Access::owner_writes);
}

// A commit whose tree has a link at libs/a and this text as .gitmodules.
ObjectId commit_with(const GitRepository& repository, const std::string& gitmodules) {
  const auto linked = repository.commit_file("index.html", "one");
  repository.write(".gitmodules", gitmodules);
  repository.git({"add", ".gitmodules"});
  repository.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",libs/a"});
  repository.git({"commit", "--quiet", "--message", "a submodule"});
  return ObjectId::parse(repository.hash()).value();
}

}  // namespace

TEST_CASE("A relative URL of a submodule is taken from that of its parent") {
  CHECK(resolve_submodule_url("https://host/team/site.git", "../theme.git") == "https://host/team/theme.git");
  CHECK(resolve_submodule_url("https://host/team/site.git/", "../theme.git") == "https://host/team/theme.git");
  CHECK(resolve_submodule_url("https://host/team/site.git", "../../other/theme") == "https://host/other/theme");
  CHECK(resolve_submodule_url("https://host/team/site.git", "./inner") == "https://host/team/site.git/inner");
  CHECK(resolve_submodule_url("git@host:team/site.git", "../theme.git") == "git@host:team/theme.git");
  CHECK(resolve_submodule_url("git@host:site.git", "../theme.git") == "git@host:theme.git");
  CHECK(resolve_submodule_url("/srv/site", "../theme") == "/srv/theme");
}

TEST_CASE("An absolute URL of a submodule stays as it is") {
  CHECK(resolve_submodule_url("https://host/site.git", "https://other/theme.git") == "https://other/theme.git");
  CHECK(resolve_submodule_url("https://host/site.git", "git@other:theme.git") == "git@other:theme.git");
}

TEST_CASE("A relative URL that climbs out of its host is refused") {
  CHECK_THROWS_AS(resolve_submodule_url("https://host/site.git", "../../../evil.git"), sidekick::Error);
  CHECK_THROWS_AS(resolve_submodule_url("https://token:x@host/site.git", "../../@evil/x.git"), sidekick::Error);
  CHECK_THROWS_AS(resolve_submodule_url("https://token@host:8443/site.git", "../../1/x.git"), sidekick::Error);
  CHECK_THROWS_AS(resolve_submodule_url("ssh://git@host:22/site.git", "../../1/x.git"), sidekick::Error);
}

TEST_CASE("A commit tells the submodules that it links and describes") {
  const GitRepository repository;
  const auto commit = commit_with(repository,
                                  "[submodule \"Theme\"]\n\tpath = libs/a\n\turl = ../theme.git\n"
                                  "[submodule \"gone\"]\n\tpath = libs/gone\n\turl = ../gone.git\n");
  const auto store = open(repository);
  const auto modules = submodules_of(store, commit);
  REQUIRE(modules.size() == 1);
  CHECK(modules[0].name == "Theme");
  CHECK(modules[0].path == "libs/a");
  CHECK(modules[0].url == "../theme.git");
  CHECK(modules[0].commit.hex() == repository.hash("HEAD~1"));
}

TEST_CASE("A commit without .gitmodules has no submodules") {
  const GitRepository repository;
  repository.commit_file("index.html", "one");
  CHECK(submodules_of(open(repository), ObjectId::parse(repository.hash()).value()).empty());
}

TEST_CASE("A submodule whose name would climb out of the repository is refused") {
  const GitRepository repository;
  const auto commit = commit_with(repository, "[submodule \"../../hooks\"]\n\tpath = libs/a\n\turl = ../theme.git\n");
  const auto store = open(repository);
  CHECK_THROWS_AS(submodules_of(store, commit), sidekick::Error);
}

TEST_CASE("A .gitmodules that nobody can parse is an error and not an empty list") {
  const GitRepository repository;
  const auto commit = commit_with(repository, "[submodule \"a\npath libs/a");
  const auto store = open(repository);
  CHECK_THROWS_AS(submodules_of(store, commit), sidekick::Error);
}

TEST_CASE("What a .gitmodules includes from this machine is not read") {
  const GitRepository repository;
  const TempDir elsewhere;
  write_file(elsewhere / "config", "[submodule \"a\"]\n\tpath = libs/a\n\turl = ../private.git\n");
  const auto commit = commit_with(repository, "[include]\n\tpath = " + (elsewhere / "config").string() + "\n");
  CHECK(submodules_of(open(repository), commit).empty());
}

TEST_CASE("A repository elsewhere cannot name one on this machine as its submodule") {
  const RemoteSettings main{.url = "https://host/site.git"};
  for (const auto* url : {"/srv/private.git", "file:///srv/private.git", "private.git"})
    CHECK_THROWS_AS(remote_of_submodule(main, main.url, url), sidekick::Error);
  const RemoteSettings local{.url = "/srv/site.git"};
  CHECK(remote_of_submodule(local, local.url, "/srv/theme.git").url == "/srv/theme.git");
  CHECK_THROWS_AS(remote_of_submodule(local, "https://host/theme.git", "/srv/private.git"), sidekick::Error);
}

TEST_CASE("What is meant for one remote goes to no other that a submodule names") {
  RemoteSettings main{.url = "https://host/site.git"};
  main.askpass_url = "http://127.0.0.1:1/login";
  main.github_app.emplace();
  main.extra_headers = {{"Authorization", "Bearer secret"}};
  main.http.tls.ca_file = "ca.pem";
  main.http.tls.certificate_file = "client.pem";
  main.http.tls.key_file = "key.pem";
  for (const auto* url : {"https://other/theme.git", "http://host/theme.git", "https://host:444/x.git", "git@host:x"}) {
    const auto remote = remote_of_submodule(main, main.url, url);
    INFO(url);
    CHECK(remote.url == url);
    CHECK(remote.askpass_url.empty());
    CHECK_FALSE(remote.github_app);
    CHECK(remote.extra_headers.empty());
    CHECK(remote.http.tls.certificate_file.empty());
    CHECK(remote.http.tls.key_file.empty());
    CHECK(remote.http.tls.ca_file == "ca.pem");
  }
  const auto same = remote_of_submodule(main, main.url, "https://host/theme.git");
  CHECK(same.askpass_url == main.askpass_url);
  CHECK(same.extra_headers.size() == 1);
  CHECK(same.http.tls.certificate_file == "client.pem");
}

TEST_CASE("A submodule that is never to be updated says so") {
  const GitRepository repository;
  const auto commit =
      commit_with(repository, "[submodule \"a\"]\n\tpath = libs/a\n\turl = ../a.git\n\tupdate = none\n");
  const auto modules = submodules_of(open(repository), commit);
  REQUIRE(modules.size() == 1);
  CHECK(modules[0].update == sidekick::git_sync::Submodule::Update::never);
}
