#include "git_sync/publish/confined_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

FileBytes in_pieces(std::string_view text) {
  return [text](const PieceSink& use) {
    for (std::size_t i = 0; i < text.size(); i++) use(bytes(text.substr(i, 1)));
  };
}

}  // namespace

TEST_CASE("a file is replaced with its mode and its folders", "[git_sync][files]") {
  const test::TempDir dir;
  ConfinedFolder folder(dir.path());
  const auto stamp = folder.replace("a/b/run", EntryKind::executable, bytes("text"), {});
  CHECK(test::read_file(dir / "a/b/run") == "text");
  CHECK(folder.look("a/b/run")->stamp.mtime_ns == stamp.mtime_ns);
  CHECK(folder.look("a/b/run")->stamp.inode == stamp.inode);
  CHECK(folder.look("a/b/run")->kind == EntryKind::executable);
  CHECK(folder.holds("a/b/run", EntryKind::executable, in_pieces("text")));
  CHECK_FALSE(folder.holds("a/b/run", EntryKind::file, in_pieces("text")));
  CHECK_FALSE(folder.holds("a/b/run", EntryKind::executable, in_pieces("texT")));
  CHECK_FALSE(folder.holds("a/b/run", EntryKind::executable, in_pieces("tex")));
  CHECK_FALSE(folder.holds("a/b/run", EntryKind::executable, in_pieces("text.")));
  folder.replace("a/b/run", EntryKind::symlink, bytes("../x"), {});
  CHECK(folder.holds("a/b/run", EntryKind::symlink, in_pieces("../x")));
  CHECK(std::distance(fs::directory_iterator(dir / "a/b"), {}) == 1);
  CHECK_FALSE(folder.remove_empty_folder("a"));
  CHECK(folder.remove("a/b/run"));
  CHECK_FALSE(folder.remove("a/b/run"));
  CHECK(folder.remove_empty_folder("a/b"));
  CHECK_FALSE(folder.look("a/b/run"));
}

TEST_CASE("what is edited the moment it appears never looks like what was written", "[git_sync][files]") {
  const test::TempDir dir;
  ConfinedFolder folder(dir.path());
  const auto inode = [&] {
    struct stat status{};
    return ::stat((dir / "page").c_str(), &status) == 0 ? status.st_ino : 0;
  };
  for (int round = 0; round < 500; round++) {
    CAPTURE(round);
    const auto old = inode();
    std::atomic<bool> begun = false;
    std::jthread reader([&] {
      begun = true;
      while (inode() == old) {
      }
      const Fd page(::open((dir / "page").c_str(), O_WRONLY | O_CLOEXEC));
      if (::pwrite(page.get(), "by hand.", 8, 0) != 8) std::abort();
    });
    while (!begun) std::this_thread::yield();
    const auto stamp = folder.replace("page", EntryKind::file, bytes("from git"), {});
    reader.join();
    REQUIRE(test::read_file(dir / "page") == "by hand.");
    REQUIRE(folder.look("page")->stamp != stamp);
  }
}

TEST_CASE("nothing is reached through a symlink", "[git_sync][files]") {
  const test::TempDir dir;
  const test::TempDir outside;
  test::write_file(outside / "secret", "1");
  fs::create_directory_symlink(outside.path(), dir / "link");
  test::write_file(dir / "file", "1");
  ConfinedFolder folder(dir.path());
  for (const char* path : {"link/secret", "link/new", "file/below"}) {
    const auto error = test::error_of([&] { folder.replace(path, EntryKind::file, bytes("2"), {}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(test::error_of([&] { folder.remove(path); })->kind() == ErrorKind::data);
  }
  CHECK(test::read_file(outside / "secret") == "1");
  CHECK_FALSE(fs::exists(outside / "new"));
}

TEST_CASE("a path is walked alike by the kernel and step by step", "[git_sync][files]") {
  const test::TempDir dir;
  fs::create_directories(dir / "a/b");
  test::write_file(dir / "a/b/c", "1");
  fs::create_directory_symlink("a", dir / "link");
  const Fd root(::open(dir.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const auto resolution : {Resolution::kernel, Resolution::stepwise}) {
    CHECK(open_beneath(root.get(), "a/b/c", O_RDONLY, resolution));
    CHECK(open_beneath(root.get(), "", O_PATH, resolution));
    CHECK(open_beneath(root.get(), "link", O_PATH, resolution));
    for (const char* path : {"link/b/c", "../x", "a/../a/b/../../..", "a/b/c/d", "none"})
      CHECK_FALSE(open_beneath(root.get(), path, O_RDONLY, resolution));
  }
}

TEST_CASE("files may be written in a folder of their own first", "[git_sync][files]") {
  const test::TempDir dir;
  fs::create_directories(dir / "staging");
  fs::create_directories(dir / "site");
  ConfinedFolder folder(dir / "site", dir / "staging");
  folder.replace("a", EntryKind::file, bytes("1"), {});
  CHECK(test::read_file(dir / "site/a") == "1");
  CHECK(fs::is_empty(dir / "staging"));
}
