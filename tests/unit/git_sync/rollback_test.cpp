#include "git_sync/rollback.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>

#include <filesystem>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

ObjectId id(char digit) {
  return *ObjectId::parse(std::string(40, digit));
}

/// A root in which some commits were published and have trees.
struct Root {
  TempDir folder;
  explicit Root(const std::string& digits) {
    std::filesystem::create_directories(folder / ".git");
    History history(folder.path());
    for (const char digit : digits) {
      std::filesystem::create_directories(tree(digit));
      history.published(id(digit));
    }
  }
  std::filesystem::path tree(char digit) const { return folder / ".worktrees" / std::string(40, digit); }
  History history() const { return History(folder.path()); }
};

}  // namespace

TEST_CASE("a rollback holds the tree published before, and another one the tree before that", "[rollback]") {
  const Root root("abc");
  CHECK(roll_back(root.folder.path()) == id('b'));
  CHECK(root.history().held() == id('b'));
  CHECK(roll_back(root.folder.path()) == id('a'));
  CHECK(root.history().held() == id('a'));
  const auto none = error_of([&] { roll_back(root.folder.path()); });
  REQUIRE(none);
  CHECK(none->kind() == ErrorKind::no_input);
  CHECK(mentions(*none, "--keep-trees"));
  CHECK(root.history().held() == id('a'));
  CHECK(resume(root.folder.path()));
  CHECK_FALSE(root.history().held());
  CHECK_FALSE(resume(root.folder.path()));
}

TEST_CASE("a rollback passes over trees that are gone", "[rollback]") {
  const Root root("abc");
  std::filesystem::remove(root.tree('b'));
  CHECK(roll_back(root.folder.path()) == id('a'));
}

TEST_CASE("a commit that is published again is the newest", "[rollback]") {
  const Root root("abca");
  CHECK(root.history().commits() == std::vector{id('b'), id('c'), id('a')});
  CHECK(roll_back(root.folder.path()) == id('c'));
}

TEST_CASE("there is nothing to roll back in a new root and in a folder that is none", "[rollback]") {
  const Root root("");
  CHECK(error_of([&] { roll_back(root.folder.path()); })->kind() == ErrorKind::no_input);
  const Root one("a");
  CHECK(error_of([&] { roll_back(one.folder.path()); })->kind() == ErrorKind::no_input);
  const TempDir other;
  CHECK(mentions(*error_of([&] { roll_back(other.path()); }), "is not the root of git-sync"));
}

TEST_CASE("a hold and its end are noticed", "[rollback]") {
  const Root root("ab");
  FolderWatch watch(root.history().hold_folder());
  const auto is_readable = [&] {
    pollfd watched{watch.fd(), POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
  };
  CHECK_FALSE(is_readable());
  roll_back(root.folder.path());
  CHECK(is_readable());
  watch.drain();
  CHECK_FALSE(is_readable());
  resume(root.folder.path());
  CHECK(is_readable());
}
