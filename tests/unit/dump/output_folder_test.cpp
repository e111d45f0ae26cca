#include "dump/output_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "dump/output_file.hpp"
#include "sidekick/error.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/in_child.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::dump;
using test::error_of;
namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65534;

void hand_over(const fs::path& path) {
  if (::geteuid() == 0) REQUIRE(::chown(path.c_str(), nobody, nobody) == 0);
}

void write(OutputFolder& folder, const std::string& name) {
  const auto fd = folder.create(name);
  REQUIRE(::write(fd.get(), "new", 3) == 3);
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

/// Whatever the mask of the user's shell is, it must not be what protects a dump.
class OpenMask final {
 public:
  OpenMask() : before_(::umask(0)) {}
  ~OpenMask() { ::umask(before_); }
  OpenMask(const OpenMask&) = delete;
  OpenMask& operator=(const OpenMask&) = delete;

 private:
  mode_t before_;
};

}  // namespace

TEST_CASE("only its owner may read a new dump folder and what is in it") {
  const OpenMask mask;
  const test::TemporaryFolder scene;
  OutputFolder folder(scene / "nightly/dump");
  write(folder, "shop/fruits.bson");
  folder.publish(OutputFolder::DumpScope::server);
  for (const auto* made : {"nightly", "nightly/dump", "nightly/dump/shop"}) CHECK(mode_of(scene / made) == 0700);
  CHECK(mode_of(scene / "nightly/dump/shop/fruits.bson") == 0600);
}

TEST_CASE("what a dump replaces keeps its mode") {
  const OpenMask mask;
  const test::TemporaryFolder scene;
  fs::create_directories(scene / "dump/shop");
  ::chmod((scene / "dump/shop").c_str(), 0750);
  test::write_file(scene / "dump/shop/fruits.bson", "old");
  ::chmod((scene / "dump/shop/fruits.bson").c_str(), 0640);
  OutputFolder folder(scene / "dump");
  write(folder, "shop/fruits.bson");
  write(folder, "shop/stock.bson");
  folder.publish(OutputFolder::DumpScope::server);
  CHECK(mode_of(scene / "dump/shop") == 0750);
  CHECK(mode_of(scene / "dump/shop/fruits.bson") == 0640);
  CHECK(mode_of(scene / "dump/shop/stock.bson") == 0600);
}

TEST_CASE("only its owner may read a new archive and an older one keeps its mode") {
  const OpenMask mask;
  const test::TemporaryFolder scene;
  const auto file = scene / "all.archive";
  {
    OutputFile out(file, {});
    CHECK(mode_of(scene / ".all.archive.part") == 0600);
    out.finish();
  }
  CHECK(mode_of(file) == 0600);
  ::chmod(file.c_str(), 0644);
  OutputFile(file, {}).finish();
  CHECK(mode_of(file) == 0644);
}

TEST_CASE("what a dead dump left and cannot be removed is not published with the next") {
  const test::TemporaryFolder scene;
  const fs::path part = scene / ".dump.part";
  for (char c = 'a'; c <= 'z'; c++) fs::create_directories(part / std::string(1, c));
  fs::create_directories(part / "kept");
  test::write_file(part / "kept" / "stale.bson", "old");
  for (const auto& entry : fs::directory_iterator(part))
    if (entry.path().filename() != "kept") hand_over(entry.path());
  hand_over(part);
  hand_over(part.parent_path());
  fs::permissions(part / "kept",
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const auto status = test::in_child([&] {
    if (::geteuid() == 0 && ::setuid(nobody) != 0) return 2;
    const auto error = error_of([&] { OutputFolder(scene / "dump"); });
    return error && error->kind() == ErrorKind::denied ? 0 : 3;
  });
  CHECK(WEXITSTATUS(status) == 0);
  fs::permissions(part / "kept", fs::perms::owner_all);
}

TEST_CASE("a dump is not whole while what an older one left beside it would be restored with it") {
  // A folder where the file would be stands for what a disk refuses to remove.
  for (const char* stale : {"oplog.bson", "shop/a.bson.gz"}) {
    CAPTURE(stale);
    const test::TemporaryFolder scene;
    const fs::path target = scene / "dump";
    fs::create_directories(target / stale / "more");
    OutputFolder folder(target);
    write(folder, "shop/a.bson");
    const auto error = error_of([&] { folder.publish(OutputFolder::DumpScope::server); });
    CHECK(error);
  }
}

TEST_CASE("a dump whose part another process has taken over publishes nothing and removes nothing") {
  for (const bool is_new : {true, false}) {
    CAPTURE(is_new);
    const test::TemporaryFolder scene;
    if (!is_new) fs::create_directory(scene / "dump");
    const fs::path part = is_new ? scene / ".dump.part" : scene / "dump/.sidekick.part";
    {
      OutputFolder folder(scene / "dump");
      write(folder, "shop/a.bson");
      fs::rename(part, scene / "lost");
      fs::create_directories(part / "shop");
      test::write_file(part / "shop" / "a.bson", "of another process");
      const auto error = error_of([&] { folder.publish(OutputFolder::DumpScope::server); });
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::temporary);
      CHECK_FALSE(error->transient());
    }
    CHECK(fs::exists(part / "shop" / "a.bson"));
    CHECK_FALSE(fs::exists(scene / "dump/shop"));
  }
}

TEST_CASE("a file whose part another process has taken over is not published and not removed") {
  const test::TemporaryFolder scene;
  const fs::path part = scene / ".dump.archive.part";
  {
    OutputFile file(scene / "dump.archive", CancelToken());
    fs::rename(part, scene / "lost");
    test::write_file(part, "of another process");
    const auto error = error_of([&] { file.finish(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::temporary);
  }
  CHECK(fs::exists(part));
  CHECK_FALSE(fs::exists(scene / "dump.archive"));
}
