#include "git_sync/publish/root.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/unit/git_sync/publish/site.hpp"
#include "tests/unit/support/errors.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

LinkedTarget linked(const fs::path& root) {
  return {.root = root, .link = root / "current"};
}

InPlaceTarget in_place(const fs::path& folder) {
  return {.folder = folder, .git_dir = {}};
}

/// True when a process of its own gets the lock.
template <class Target>
bool another_process_gets(const Target& target) {
  const auto child = ::fork();
  if (child == 0) ::_exit(RootLock::try_take(target) ? 1 : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 1;
}

/// A root as kubernetes/git-sync leaves it, made with git alone.
std::string make_peer_root(const GitRepository& source, const fs::path& root) {
  const auto hash = source.commit_file("page", "one");
  fs::create_directories(root);
  git(root, {"init", "--quiet"});
  git(root, {"fetch", "--quiet", "--depth", "1", "file://" + source.path().string(), "HEAD"});
  git(root, {"worktree", "add", "--quiet", "--force", "--detach", ".worktrees/" + hash, hash});
  fs::create_symlink(".worktrees/" + hash, root / "current");
  return hash;
}

}  // namespace

TEST_CASE("a root and a folder are made with all above them and locked") {
  const TempDir place;
  const auto root = place / "a/b/root";
  const auto folder = place / "c/d/folder";
  {
    const auto lock = RootLock::try_take(linked(root));
    const auto other = RootLock::try_take(in_place(folder));
    REQUIRE(lock);
    REQUIRE(other);
    CHECK_FALSE(another_process_gets(linked(root)));
    CHECK_FALSE(another_process_gets(in_place(folder)));
    CHECK_FALSE(RootLock::try_take(linked(root)));
  }
  CHECK(another_process_gets(linked(root)));
  CHECK(another_process_gets(in_place(folder)));
}

TEST_CASE("a lock file that was removed does not let two processes in") {
  const TempDir place;
  const auto first = RootLock::try_take(linked(place / "root"));
  REQUIRE(first);
  fs::remove(place / "root/.sidekick.lock");
  const auto second = RootLock::try_take(linked(place / "root"));
  // The name leads to a new file now: that one is held, and nobody else gets it.
  REQUIRE(second);
  CHECK_FALSE(another_process_gets(linked(place / "root")));
}

TEST_CASE("an empty root is used and so is one with nothing of worth") {
  const TempDir place;
  WarningLog log;
  const auto root = place / "root";
  CHECK(prepare_root(linked(root), log) == fs::canonical(place.path()) / "root/.git");
  fs::create_directories(root / "lost+found");
  write_file(root / ".sidekick.lock", "");
  fs::create_symlink(".worktrees/0123456789012345678901234567890123456789", root / "current");
  write_file(root / "error.json", "{}");
  const std::vector<fs::path> ours{root / "error.json"};
  CHECK(prepare_root(linked(root), log, ours) == fs::canonical(root) / ".git");
  CHECK(log.warnings().empty());
}

TEST_CASE("links in the path of a root are resolved") {
  const TempDir place;
  WarningLog log;
  fs::create_directories(place / "real");
  fs::create_directory_symlink(place / "real", place / "link");
  CHECK(prepare_root(linked(place / "link"), log) == fs::canonical(place / "real") / ".git");
}

TEST_CASE("a root that holds something else is refused and not touched") {
  const TempDir place;
  WarningLog log;
  const auto root = place / "root";
  fs::create_directories(root / "folder");
  for (const auto* name : {"a", "b", "c"}) write_file(root / name, "precious");
  const auto error = error_of([&] { prepare_root(linked(root), log); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "'a', 'b', 'c' and 1 more"));
  CHECK_FALSE(error->hint().empty());
  CHECK(files_below(root).size() == 4);
}

TEST_CASE("somebody's own clone is not taken for a root") {
  const TempDir place;
  WarningLog log;
  const GitRepository clone(place / "root");
  clone.commit_file("work", "precious");
  const auto error = error_of([&] { prepare_root(linked(place / "root"), log); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "'.git'"));
  CHECK(clone.git({"status", "--porcelain"}).empty());
}

TEST_CASE("the root that kubernetes git-sync left is taken over as it is") {
  const TempDir place;
  WarningLog log;
  const GitRepository source;
  const auto root = place / "root";
  const auto hash = make_peer_root(source, root);
  write_file(root / "extra", "somebody put it here later");
  const auto target = linked(root);
  CHECK(published_commit(target)->hex() == hash);
  const auto git_dir = prepare_root(target, log);
  CHECK(git_dir == fs::canonical(root) / ".git");
  CHECK(git(root, {"cat-file", "-t", hash}) == "commit");
  CHECK(read_file(root / "current/page") == "one");
  CHECK(fs::exists(root / "extra"));
  CHECK(log.warnings().empty());
}

TEST_CASE("a broken repository in a root is emptied and readers keep their tree") {
  const TempDir place;
  WarningLog log;
  const GitRepository source;
  const auto root = place / "root";
  const auto hash = make_peer_root(source, root);
  fs::create_directories(root / ".worktrees/1111111111111111111111111111111111111111");
  write_file(root / ".git/HEAD", "");
  write_file(root / ".git/config", "[broken");
  const auto git_dir = prepare_root(linked(root), log);
  CHECK_FALSE(fs::exists(git_dir / "HEAD"));
  CHECK(read_file(root / "current/page") == "one");
  CHECK_FALSE(fs::exists(root / ".worktrees/1111111111111111111111111111111111111111"));
  CHECK(fs::exists(git_dir / "worktrees" / hash));
  CHECK(log.warnings().size() == 1);
}

TEST_CASE("an in-place folder keeps its repository out of sight") {
  const TempDir place;
  WarningLog log;
  auto target = in_place(place / "www");
  const auto git_dir = prepare_root(target, "https://example.com/site.git", log);
  CHECK(git_dir == fs::canonical(place / "www") / ".sidekick/git");
  CHECK(fs::status(place / "www/.sidekick").permissions() == fs::perms(0700));
  fs::permissions(place / "www/.sidekick", fs::perms(0755));
  prepare_root(target, "https://example.com/site.git", log);
  CHECK(fs::status(place / "www/.sidekick").permissions() == fs::perms(0700));
  target.git_dir = place / "elsewhere";
  CHECK(prepare_root(target, "https://example.com/site.git", log) == place / "elsewhere");
  write_file(place / "elsewhere", "a file");
  CHECK(error_of([&] { prepare_root(target, "https://example.com/site.git", log); }));
}

TEST_CASE("the clone of a shell loop is taken over when its origin is ours") {
  const TempDir place;
  WarningLog log;
  const GitRepository source;
  source.commit_file("page", "one");
  git(place.path(), {"clone", "--quiet", source.path().string(), "www"});
  const auto folder = fs::canonical(place / "www");
  const auto target = in_place(folder);
  CHECK(prepare_root(target, "file://" + source.path().string() + "/", log) == folder / ".git");

  git(folder, {"remote", "set-url", "origin", "https://user:secret@Example.com/site"});
  CHECK(prepare_root(target, "https://example.com/site.git", log) == folder / ".git");
  const auto error = error_of([&] { prepare_root(target, "https://example.com/other.git", log); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "https://Example.com/site"));
  CHECK_FALSE(mentions(*error, "secret"));
  CHECK_FALSE(error->hint().empty());

  git(folder, {"remote", "remove", "origin"});
  CHECK(error_of([&] { prepare_root(target, "https://example.com/site.git", log); }));
  fs::remove(folder / ".git/HEAD");
  CHECK(prepare_root(target, "https://example.com/site.git", log) == folder / ".sidekick/git");
}

TEST_CASE("objects that a power cut left incomplete are removed when a repository is taken over") {
  const TempDir place;
  WarningLog log;
  const GitRepository source;
  source.write("small", "x");
  std::string noise;
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; i++) noise += static_cast<char>(random());
  source.commit_file("large", noise);
  git(place.path(), {"clone", "--quiet", "--no-hardlinks", source.path().string(), "www"});
  const auto folder = fs::canonical(place / "www");
  const auto object = [&](const std::string& name) {
    const auto id = source.hash("HEAD:" + name);
    return folder / ".git/objects" / id.substr(0, 2) / id.substr(2);
  };
  REQUIRE(fs::exists(object("small")));
  for (const std::uintmax_t size : {0U, 1U, 5U, 1000U}) {
    REQUIRE(fs::exists(object("large")));
    fs::permissions(object("large"), fs::perms(0644));
    fs::resize_file(object("large"), size);
    prepare_root(in_place(folder), source.path().string(), log);
    CHECK_FALSE(fs::exists(object("large")));
    CHECK(fs::exists(object("small")));
    fs::copy_file(source.path() / ".git" / fs::relative(object("large"), folder / ".git"), object("large"));
  }
  CHECK(log.warnings().size() == 4);
  prepare_root(in_place(folder), source.path().string(), log);
  CHECK(log.warnings().size() == 4);
}

TEST_CASE("a folder behind a file is told in one line") {
  const TempDir place;
  write_file(place / "file", "");
  const auto error = error_of([&] { RootLock::try_take(in_place(place / "file/www")); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  write_file(place / "www", "");
  CHECK(error_of([&] { RootLock::try_take(in_place(place / "www")); })->kind() == ErrorKind::config);
  const auto denied = error_of([&] { RootLock::try_take(in_place("/proc/nothing/here")); });
  REQUIRE(denied);
}

TEST_CASE("a folder that may not be written is told with what to do") {
  if (::geteuid() != 0) SKIP("only root can become somebody else");
  const TempDir place;
  fs::create_directories(place / "www");
  fs::permissions(place.path(), fs::perms(0755));
  const auto child = ::fork();
  if (child == 0) {
    if (::setuid(65533) != 0) ::_exit(2);
    const auto error = error_of([&] { RootLock::try_take(in_place(place / "www")); });
    ::_exit(error && error->kind() == ErrorKind::denied && mentions(*error, "65533") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a root that the group writes can be locked by another user of it") {
  if (::geteuid() != 0) SKIP("only root can become somebody else");
  const TempDir place;
  fs::permissions(place.path(), fs::perms(0775));
  auto target = linked(place / "root");
  target.access = LinkedTarget::Access::group_writes;
  REQUIRE(RootLock::try_take(target));
  fs::permissions(target.root, fs::perms(0775));
  const auto child = ::fork();
  if (child == 0) {
    if (::setuid(65533) != 0) ::_exit(2);
    ::_exit(!error_of([&] { RootLock::try_take(target); }) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a folder on a read-only disk cannot be created in") {
  const TempDir place;
  const auto disk = place / "disk";
  fs::create_directories(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", MS_RDONLY, "size=1m") != 0) SKIP("no filesystem can be mounted");
  const auto kind_of = [](const auto& target) { return error_of([&] { RootLock::try_take(target); })->kind(); };
  CHECK(kind_of(in_place(disk)) == ErrorKind::cannot_create);
  CHECK(kind_of(in_place(disk / "new")) == ErrorKind::cannot_create);
  CHECK(kind_of(linked(disk)) == ErrorKind::cannot_create);
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_CASE("two addresses are one repository whatever does not tell repositories apart") {
  CHECK(same_repository("https://example.com/a.git", "https://u:p@EXAMPLE.com/a/"));
  CHECK(same_repository("git@example.com:team/a.git", "example.com:team/a"));
  CHECK(same_repository("ssh://git@example.com/a", "ssh://example.com/a.git"));
  CHECK(same_repository("file:///srv/a.git", "/srv/a"));
  CHECK_FALSE(same_repository("https://example.com/a", "https://example.com/A"));
  CHECK_FALSE(same_repository("https://example.com/a", "https://example.org/a"));
  CHECK_FALSE(same_repository("/srv/a@b/c", "/srv/b/c"));
}
