#include "git_sync/publish/tree_watch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/temp_dir.hpp"

using namespace sidekick::git_sync;
using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

struct Tree {
  TempDir folder;
  Listing listing;

  Tree() {
    fs::create_directories(folder / "sub/deep");
    listing.folders = {"sub", "sub/deep"};
    for (const std::string path : {"page", "sub/one", "sub/deep/two"}) {
      write_file(folder / path, "text");
      Entry entry{};
      entry.path = path;
      listing.entries.push_back(entry);
    }
  }
  TreeWatch watch(std::size_t max_watches) const { return TreeWatch(folder.path(), listing, max_watches); }
};

}  // namespace

TEST_CASE("each change of a published file is noticed once, however the tree is watched", "[git_sync][watch]") {
  const auto max_watches = GENERATE(TreeWatch::usual_max_watches, std::size_t{0});
  const Tree tree;
  const auto sees = [&](auto&& change) {
    auto watch = tree.watch(max_watches);
    CHECK(watch.is_told() == (max_watches > 0));
    CHECK_FALSE(watch.changed());
    change();
    return watch.changed();
  };
  CHECK(sees([&] { write_file(tree.folder / "sub/deep/two", "other"); }));
  CHECK(sees([&] { fs::remove(tree.folder / "page"); }));
  CHECK(sees([&] { write_file(tree.folder / "page", "again"); }));
  CHECK(sees([&] { fs::permissions(tree.folder / "sub/one", fs::perms::none); }));
  CHECK(sees([&] { fs::rename(tree.folder / "sub/one", tree.folder / "sub/three"); }));
  CHECK(sees([&] { fs::rename(tree.folder / "sub/three", tree.folder / "sub/one"); }));
  CHECK_FALSE(sees([&] { write_file(tree.folder / "sub/of others", "x"); }));
  CHECK(sees([&] { fs::remove_all(tree.folder / "sub"); }));
}

TEST_CASE("with inotify a change is told once and a folder of others does not count", "[git_sync][watch]") {
  const Tree tree;
  auto watch = tree.watch(TreeWatch::usual_max_watches);
  write_file(tree.folder / "page", "other");
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  fs::create_directories(tree.folder / "cache/x");
  write_file(tree.folder / "cache/page", "x");
  CHECK_FALSE(watch.changed());
}

TEST_CASE("without inotify all files are looked at in turn", "[git_sync][watch]") {
  Tree tree;
  tree.listing.entries.clear();
  for (std::size_t i = 0; i < 3 * TreeWatch::files_a_look; i++) {
    Entry entry{};
    entry.path = std::to_string(i);
    write_file(tree.folder / entry.path, "text");
    tree.listing.entries.push_back(entry);
  }
  auto watch = tree.watch(0);
  fs::remove(tree.folder / tree.listing.entries.back().path);
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}
