#include "dump/output_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

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

}  // namespace

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
    const auto error = error_of([&] { folder.publish(OutputFolder::Holds::server); });
    CHECK(error);
  }
}
