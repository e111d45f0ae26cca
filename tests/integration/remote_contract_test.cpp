// What every remote keeps to, whatever carries it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <set>

#include "tests/integration/remote_support.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

Way each_way() {
  return GENERATE(from_range(std::begin(every_way), std::end(every_way)));
}

// Three commits of some bytes, and one that nobody can guess from the others.
std::vector<std::string> some_history(const GitRepository& repository) {
  repository.write("big", std::string(100'000, 'x'));
  std::vector<std::string> commits{repository.commit_file("folder/a", "1\n")};
  commits.push_back(repository.commit_file("folder/b", "2\n"));
  commits.push_back(repository.commit_file("folder/a", "3\n"));
  return commits;
}

}  // namespace

TEST_CASE("a remote lists HEAD and branches and tags with what they stand for", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  served.repository().branch("feature/x");
  const auto tag = served.repository().annotated_tag("v1");
  served.repository().tag("light");
  const auto remote = served.open();
  const auto refs = remote->list({}, CancelToken());
  std::set<std::string> names;
  for (const auto& ref : refs) names.insert(ref.name);
  CHECK(names ==
        std::set<std::string>{"HEAD", "refs/heads/feature/x", "refs/heads/main", "refs/tags/light", "refs/tags/v1"});
  const auto head = ref_of(*remote, "HEAD");
  REQUIRE(head);
  CHECK(head->id.hex() == commits.back());
  CHECK(head->symbolic_target == "refs/heads/main");
  const auto annotated = ref_of(*remote, "refs/tags/v1");
  REQUIRE(annotated);
  CHECK(annotated->id.hex() == tag);
  REQUIRE(annotated->peeled);
  CHECK(annotated->peeled->hex() == commits.back());
  CHECK_FALSE(ref_of(*remote, "refs/tags/light")->peeled);
  CHECK_FALSE(ref_of(*remote, "refs/heads/none"));
}

TEST_CASE("a remote without a commit has no refs", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  CHECK(served.open()->list({}, CancelToken()).empty());
}

TEST_CASE("a poll sees what was committed since the last one", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto remote = served.open();
  for (int i = 0; i < 5; i++) {
    const auto commit = served.repository().commit_file("a", std::to_string(i));
    if (i == 3) served.repository().git({"gc", "--quiet"});
    REQUIRE(ref_of(*remote, "refs/heads/main"));
    CHECK(ref_of(*remote, "refs/heads/main")->id.hex() == commit);
  }
}

TEST_CASE("ten thousand refs are listed", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  served.repository().commit_file("a", "1");
  served.repository().add_many_tags(10'000);
  const auto remote = served.open();
  CHECK(remote->list({}, CancelToken()).size() == 10'002);
  CHECK(ref_of(*remote, "refs/tags/many/1009999"));
}

TEST_CASE("a fetch of depth one brings one commit and the next only what changed", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  const auto remote = served.open();
  Receiver receiver;
  receiver.fetch(*remote, commits.back(), 1);
  CHECK(receiver.commits() == 1);
  CHECK(receiver.shallow() == std::vector{commits.back()});
  CHECK_FALSE(receiver.has(commits[1]));

  const auto next = served.repository().commit_file("folder/b", "changed\n");
  const auto bytes = receiver.fetch(*remote, next, 1);
  CHECK(bytes > 0);
  CHECK(bytes < 1'000);
  CHECK(receiver.commits() == 1);
  CHECK(receiver.git({"show", next + ":folder/b"}) == "changed");
  CHECK(std::ranges::count(receiver.shallow(), next) == 1);
}

TEST_CASE("a fetch of depth two has its boundary at the second commit", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  Receiver receiver;
  receiver.fetch(*served.open(), commits.back(), 2);
  CHECK(receiver.commits() == 2);
  CHECK(receiver.shallow() == std::vector{commits[1]});
}

TEST_CASE("a boundary is moved back and taken away", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  const auto last = served.repository().commit_file("c", "4\n");
  const auto remote = served.open();
  Receiver receiver;
  receiver.fetch(*remote, last, 1);
  receiver.fetch(*remote, last, 3);
  CHECK(receiver.commits() == 3);
  CHECK(receiver.shallow() == std::vector{commits[1]});
  receiver.fetch(*remote, last, 0);
  CHECK(receiver.commits() == 4);
  CHECK(receiver.shallow().empty());
}

TEST_CASE("a fetch of the whole history and then of what is new", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  served.repository().git({"checkout", "--quiet", "-b", "side", commits[0]});
  served.repository().commit_file("side", "s\n");
  served.repository().git({"checkout", "--quiet", "main"});
  served.repository().git({"merge", "--quiet", "--no-edit", "side"});
  const auto remote = served.open();
  Receiver receiver;
  receiver.fetch(*remote, served.repository().hash(), 0);
  CHECK(receiver.commits() == 5);
  CHECK(receiver.shallow().empty());

  const auto next = served.repository().commit_file("folder/new", "n\n");
  CHECK(receiver.fetch(*remote, next, 0) < 1'000);
  CHECK(receiver.commits() == 6);
  CHECK(receiver.git({"rev-list", "--objects", "--count", next}) ==
        served.repository().git({"rev-list", "--objects", "--count", next}));
}

TEST_CASE("nothing is written where nothing is missing", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  const auto remote = served.open();
  Receiver receiver;
  receiver.fetch(*remote, commits.back(), 0);
  CHECK(receiver.fetch(*remote, commits.back(), 0) == 0);
}

TEST_CASE("a history that was forced to another end is fetched", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  const auto remote = served.open();
  const int depth = GENERATE(0, 1);
  Receiver receiver;
  receiver.fetch(*remote, commits.back(), depth);
  served.repository().git({"reset", "--quiet", "--hard", commits[0]});
  const auto forced = served.repository().commit_file("other", "o\n");
  served.repository().git({"reflog", "expire", "--expire=all", "--all"});
  served.repository().git({"prune", "--expire=now"});
  receiver.fetch(*remote, forced, depth);
  CHECK(receiver.commits() == (depth == 0 ? 2 : 1));
}

TEST_CASE("an annotated tag is fetched by its commit", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  served.repository().annotated_tag("v1");
  served.repository().git({"reset", "--quiet", "--hard", commits[0]});
  const auto remote = served.open();
  const auto refs = remote->list(prefixes_for("v1"), CancelToken());
  const auto id = find_ref("v1", refs);
  REQUIRE(id);
  CHECK(id->hex() == commits.back());
  Receiver receiver;
  receiver.fetch(*remote, id->hex(), 1);
  CHECK(receiver.commits() == 1);
}

TEST_CASE("a commit that no ref names is fetched where the server gives it out", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  const auto remote = served.open();
  const auto fetch = [&](const std::string& id) {
    Receiver receiver;
    receiver.fetch(*remote, id, 1);
    CHECK(receiver.commits() == 1);
  };
  if (way == Way::ssh_v0 || way == Way::http_v0) {
    const auto error = error_of([&] { fetch(commits[1]); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
    CHECK(mentions(*error, "allowReachableSHA1InWant"));
    served.repository().git({"config", "uploadpack.allowReachableSHA1InWant", "true"});
  }
  fetch(commits[1]);
  const auto unknown = error_of([&] { fetch(std::string(40, '1')); });
  REQUIRE(unknown);
  CHECK(unknown->kind() == ErrorKind::no_input);
  fetch(commits[0]);
}

TEST_CASE("a shallow source passes its boundary on", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const GitRepository origin;
  const auto commits = some_history(origin);
  served.repository().git({"fetch", "--quiet", "--depth=2", "file://" + origin.path().string(), "main"});
  served.repository().git({"reset", "--quiet", "--hard", "FETCH_HEAD"});
  Receiver receiver;
  receiver.fetch(*served.open(), commits.back(), 0);
  CHECK(receiver.commits() == 2);
  CHECK(receiver.shallow() == std::vector{commits[1]});
}

TEST_CASE("a repository that is not there is named", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto error = error_of([&] { served.open(served.settings_of_another())->list({}, CancelToken()); });
  REQUIRE(error);
  INFO(error->message() << " / " << error->hint());
  CHECK(error->kind() == ErrorKind::no_input);
  CHECK(mentions(*error, "none.git"));
}

TEST_CASE("a cancelled remote stops", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  CancelSource source;
  source.cancel();
  const auto remote = served.open();
  const auto error = error_of([&] { remote->list({}, source.token()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  PackInMemory sink;
  const auto in_fetch =
      error_of([&] { remote->fetch({{*ObjectId::parse(commits[0])}, {}, {}, 1}, sink, source.token()); });
  REQUIRE(in_fetch);
  CHECK(in_fetch->kind() == ErrorKind::cancelled);
  CHECK(ref_of(*remote, "HEAD"));
}

TEST_CASE("an error of the sink comes through and the remote can be used again", "[remote]") {
  const auto way = each_way();
  CAPTURE(name_of(way));
  Served served(way);
  const auto commits = some_history(served.repository());
  class FullDisk final : public PackSink {
    void write(std::span<const std::byte>) override { throw Error(ErrorKind::io, "no space left"); }
  } full;
  const auto remote = served.open();
  const auto error =
      error_of([&] { remote->fetch({{*ObjectId::parse(commits.back())}, {}, {}, 1}, full, CancelToken()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
  CHECK(mentions(*error, "no space left"));
  Receiver receiver;
  receiver.fetch(*remote, commits.back(), 1);
  CHECK(receiver.commits() == 1);
}
