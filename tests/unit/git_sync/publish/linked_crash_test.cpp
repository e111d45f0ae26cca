#include <catch2/catch_test_macros.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "git_sync/publish/linked_publisher.hpp"
#include "tests/unit/git_sync/sample.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

constexpr int file_count = 60;

/// Two commits whose files all say which one they belong to.
struct Site {
  Site() {
    for (const char* version : {"first", "second"}) {
      for (int i = 0; i < file_count; i++)
        source.write("folder" + std::to_string(i % 7) + "/file" + std::to_string(i), version);
      source.write("same", "same");
      source.commit();
      commits.push_back(test::receive_commit(store, source));
    }
  }

  LinkedPublisher publisher() { return {target, target.root / ".git", log}; }
  Snapshot snapshot(std::size_t i) const { return test::snapshot_of(store, commits[i]); }

  test::TempDir folder;
  test::GitRepository source;
  test::KeptLog log;
  LinkedTarget target{folder / "root", folder / "root/current", {}, {}, {}};
  Store store = Store::open_or_create(target.root / ".git", LinkedTarget::Access::owner_writes);
  std::vector<ObjectId> commits;
};

/// What all files of one tree say, or "mixed"; the tree is opened once, through the link.
std::string version_of(const fs::path& link) {
  const auto tree = fs::canonical(link);
  std::string version;
  for (int i = 0; i < file_count; i++) {
    const auto text = test::read_file(tree / ("folder" + std::to_string(i % 7)) / ("file" + std::to_string(i)));
    if (version.empty()) version = text;
    if (text != version) return "mixed";
  }
  return version;
}

}  // namespace

TEST_CASE("a kill at any moment leaves one whole commit and the next run is exact", "[git_sync][linked][crash]") {
  Site site;
  site.publisher().publish(site.snapshot(0), {}, CancelToken{});
  std::mt19937 random(20'261'121);
  std::uniform_int_distribution<useconds_t> moment(0, 60'000);
  for (int round = 0; round < 12; round++) {
    const std::size_t next = round % 2 == 0 ? 1 : 0;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        site.publisher().publish(site.snapshot(next), {}, CancelToken{});
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    // Not a wait for something to be true: the moment of the kill is to be any.
    ::usleep(moment(random));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto seen = version_of(site.target.link);
    CHECK((seen == "first" || seen == "second"));
    auto publisher = site.publisher();
    publisher.publish(site.snapshot(next), {}, CancelToken{});
    publisher.tidy(CancelToken{});
    CHECK(publisher.current() == site.commits[next]);
    CHECK(publisher.inspect(site.snapshot(next), CancelToken{}).damaged == 0);
    CHECK(version_of(site.target.link) == (next == 0 ? "first" : "second"));
    CHECK(test::git(site.target.link, {"status", "--porcelain"}).empty());
    CHECK(std::distance(fs::directory_iterator(site.target.root / ".worktrees"), {}) == 1);
  }
}

TEST_CASE("a reader never sees a mixture while commits arrive", "[git_sync][linked][crash]") {
  Site site;
  site.target.stale_timeout = std::chrono::minutes(1);
  auto publisher = site.publisher();
  publisher.publish(site.snapshot(0), {}, CancelToken{});
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::atomic<int> mixtures = 0;
  std::jthread reader([&] {
    while (!done || reads == 0) {
      try {
        const auto version = version_of(site.target.link);
        if (version != "first" && version != "second") mixtures++;
      } catch (const std::exception&) {
        mixtures++;
      }
      reads++;
    }
  });
  for (std::size_t i = 1; i <= 20; i++) publisher.publish(site.snapshot(i % 2), {}, CancelToken{});
  done = true;
  reader.join();
  CHECK(reads > 0);
  CHECK(mixtures == 0);
}

TEST_CASE("submodules are published below their place and git finds nothing to say", "[git_sync][linked]") {
  Site site;
  const test::GitRepository library;
  const auto inner = library.commit_file("code/lib.c", "int x;\n");
  auto library_store = Store::open_or_create(site.folder / "library", LinkedTarget::Access::owner_writes);
  const auto inner_commit = test::receive_commit(library_store, library);
  for (const char* place : {"libs/a", "libs/off"})
    site.source.git({"update-index", "--add", "--cacheinfo", "160000," + inner + "," + place});
  site.source.git({"commit", "--quiet", "--message", "submodules"});
  const auto commit = test::id_of(site.source.hash());
  test::receive(
      site.store,
      test::pack_of(site.source, {commit.hex(), site.source.hash("HEAD^{tree}"), site.source.hash("HEAD:libs")}, {}),
      {commit});
  auto snapshot = test::snapshot_of(site.store, commit);
  snapshot.parts.push_back({"libs/a/", &library_store, inner_commit, library_store.tree_of(inner_commit)});
  site.publisher().publish(snapshot, {}, CancelToken{});
  CHECK(test::read_file(site.target.link / "libs/a/code/lib.c") == "int x;\n");
  CHECK(fs::is_empty(site.target.link / "libs/off"));
  CHECK(test::git(site.target.link, {"status", "--porcelain", "--untracked-files=all"}).empty());
  CHECK(site.publisher().inspect(snapshot, CancelToken{}).damaged == 0);
}
