#include "git_sync/publish/entry.hpp"

#include <catch2/catch_test_macros.hpp>

#include "git_sync/publish/names.hpp"
#include "tests/unit/git_sync/sample.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;

namespace {

struct Repository {
  test::GitRepository source;
  test::TempDir folder;
  Store store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);

  /// A tree object of lines as `git mktree` takes them, which lets every name through.
  std::string tree(const std::string& lines) const {
    test::write_file(folder / "lines", lines);
    const auto made = test::run({.words = {"git", "mktree", "-z"},
                                 .environment = test::git_environment(),
                                 .input = folder / "lines",
                                 .folder = source.path()},
                                std::chrono::seconds(60));
    if (made.exit_code != 0) throw std::runtime_error("git mktree: " + made.describe());
    return made.out.substr(0, 40);
  }
  std::string blob(const std::string& text) const {
    test::write_file(folder / "blob", text);
    return source.git({"hash-object", "-w", "--", (folder / "blob").string()});
  }
  std::vector<Entry> list(const std::string& tree) {
    const auto commit = source.git({"commit-tree", "-m", "made", tree});
    test::receive(store, test::pack_of(source, {commit}), {});
    return list_entries(test::snapshot_of(store, test::id_of(commit)), CancelToken{});
  }
};

std::string line(const std::string& mode, const std::string& type, const std::string& id, const std::string& name) {
  return mode + " " + type + " " + id + "\t" + name + std::string(1, '\0');
}

}  // namespace

TEST_CASE("entries are listed with their kind and sorted as bytes", "[git_sync][entry]") {
  Repository repository;
  const auto a = repository.blob("a");
  const auto inner = repository.tree(line("100644", "blob", a, "z"));
  const auto entries =
      repository.list(repository.tree(line("100644", "blob", a, "a-b") + line("40000", "tree", inner, "a") +
                                      line("100755", "blob", a, "run") + line("120000", "blob", a, "link")));
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].path == "a-b");
  CHECK(entries[1].path == "a/z");
  CHECK(entries[2].kind == EntryKind::symlink);
  CHECK(entries[3].kind == EntryKind::executable);
}

TEST_CASE("a name that would leave the folder or reach into git's own is refused", "[git_sync][entry]") {
  for (const char* name :
       {".", "..", "", "a/b", ".git", ".GIT", ".Git", ".git ", ".git.", ".git::$INDEX_ALLOCATION", "git~1", "GIT~1",
        "git~1.", ".g\u200cit", "\ufeff.git", ".gi\u200dT", "a\\.git", "a\\.git\\b", ".git\\config"})
    CHECK(is_forbidden_name(name));
  for (const char* name : {"...", ".gitignore", ".github", "git", "git~2", "a.git", "x .git", ".gitattributes", "a\\b",
                           "\u00e9", "git~1a"})
    CHECK_FALSE(is_forbidden_name(name));
}

TEST_CASE("a commit with a forbidden name is refused as a whole", "[git_sync][entry]") {
  Repository repository;
  const auto a = repository.blob("a");
  const auto hooks = repository.tree(line("100755", "blob", a, "post-checkout"));
  for (const auto& tree : {line("40000", "tree", hooks, ".git"), line("40000", "tree", hooks, ".."),
                           line("40000", "tree", hooks, ".GiT"), line("40000", "tree", hooks, "git~1"),
                           line("40000", "tree", hooks, ".sidekick"), line("120000", "blob", a, ".gitmodules")}) {
    const auto error = test::error_of([&] { repository.list(repository.tree(tree)); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(test::mentions(*error, "refused path"));
  }
}

TEST_CASE("a symlink that a later entry would be written through is refused", "[git_sync][entry]") {
  Repository repository;
  const auto target = repository.blob("/tmp");
  const auto inner = repository.tree(line("100644", "blob", target, "file"));
  const auto error = test::error_of([&] {
    repository.list(repository.tree(line("120000", "blob", target, "a") + line("40000", "tree", inner, "a")));
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(test::mentions(*error, "twice"));
}

TEST_CASE("a link to a submodule that needs a part and has none is named", "[git_sync][entry]") {
  Repository repository;
  const auto a = repository.blob("a");
  repository.list(repository.tree(line("100644", "blob", a, "a")));
  const auto linked = repository.source.git({"commit-tree", "-m", "m", repository.tree({})});
  const auto libs = repository.tree(line("160000", "commit", linked, "inner"));
  const auto top = repository.tree(line("40000", "tree", libs, "libs") + line("100644", "blob", a, "a"));
  const auto commit = repository.source.git({"commit-tree", "-m", "made", top});
  test::receive(repository.store, test::pack_of(repository.source, {commit}), {});
  auto snapshot = test::snapshot_of(repository.store, test::id_of(commit));
  CHECK(list_snapshot(snapshot, {}).folders == std::vector<std::string>{"libs", "libs/inner"});
  snapshot.links_need_parts = Snapshot::LinksNeedParts::of_main;
  const auto error = test::error_of([&] { list_snapshot(snapshot, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(test::mentions(*error, "'libs/inner'"));
  snapshot.links_left_empty = {"libs/inner"};
  CHECK_FALSE(test::error_of([&] { list_snapshot(snapshot, {}); }));
}

TEST_CASE("a folder that nothing is in is not listed", "[git_sync][entry]") {
  Repository repository;
  const auto a = repository.blob("a");
  const auto empty = repository.tree({});
  const auto outer = repository.tree(line("40000", "tree", empty, "inner"));
  const auto top = repository.tree(line("40000", "tree", outer, "outer") + line("100644", "blob", a, "a"));
  repository.list(top);
  const auto commit = repository.source.git({"commit-tree", "-m", "made", top});
  test::receive(repository.store, test::pack_of(repository.source, {commit}), {});
  CHECK(list_snapshot(test::snapshot_of(repository.store, test::id_of(commit)), {}).folders.empty());
}
