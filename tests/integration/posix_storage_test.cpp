// Folders with all that goes wrong with them.
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <vector>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "storage/open_storage.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::test;
using sidekick::storage::Exclusion;

namespace {

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

std::unique_ptr<storage::Storage> in(const std::filesystem::path& folder) {
  return storage::open_storage("dir:" + folder.string(), {});
}

/// A small filesystem of its own in the folder.
class SmallDisk final {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : folder_(folder) {
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4m") != 0) SKIP("a tmpfs cannot be mounted here");
  }
  ~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void make_read_only() const { ::mount("", folder_.c_str(), "", MS_REMOUNT | MS_RDONLY, nullptr); }

 private:
  std::filesystem::path folder_;
};

struct Failing {
  unsigned call;
  unsigned number;
  std::optional<unsigned> fourth{};  ///< only where that is its fourth argument
};

/// From now on these system calls fail in this process.
bool let_fail(const std::vector<Failing>& calls) {
  constexpr sock_filter load_call{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)};
  constexpr sock_filter load_fourth{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args[3])};
  std::vector<sock_filter> filter{load_call};
  for (const auto& [call, number, fourth] : calls) {
    filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(fourth ? 3 : 1), call});
    if (fourth) filter.push_back(load_fourth);
    if (fourth) filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, *fourth});
    filter.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | number});
    if (fourth) filter.push_back(load_call);
  }
  filter.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool is_in_memory(const std::filesystem::path& folder) {
  struct statfs found{};
  return ::statfs(folder.c_str(), &found) != 0 || found.f_type == TMPFS_MAGIC || found.f_type == RAMFS_MAGIC;
}

/// Of the file's pages.
double share_in_memory(const std::filesystem::path& file) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(file));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((bytes + page - 1) / page);
  void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd.get(), 0);
  REQUIRE(at != MAP_FAILED);
  const bool known = ::mincore(at, bytes, pages.data()) == 0;
  ::munmap(at, bytes);
  REQUIRE(known);
  const auto held = std::ranges::count_if(pages, [](unsigned char state) { return (state & 1U) != 0; });
  return static_cast<double>(held) / static_cast<double>(pages.size());
}

/// What a filesystem says that knows neither links nor renaming without replacing.
const std::vector<Failing> no_exclusive_names{{SYS_renameat2, EINVAL}, {SYS_linkat, EPERM}};

}  // namespace

TEST_CASE("posix storage: a full disk is told and nothing of the object stays") {
  const TempDir folder;
  const SmallDisk disk(folder.path());
  const auto storage = in(folder.path());
  CHECK(storage->check(never()) == Exclusion::strict);
  store(*storage, "fits", noise(1'000'000));
  const auto error = error_of([&] { store(*storage, "large", noise(8'000'000)); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
  CHECK(mentions(*error, "'large'"));
  CHECK(names_in(*storage) == std::vector<std::string>{"fits"});
  CHECK(storage->leftovers("", never()).empty());
  store(*storage, "fits-too", noise(1'000'000));
}

TEST_CASE("posix storage: a folder that may only be read can still be read") {
  const TempDir folder;
  const SmallDisk disk(folder.path());
  const auto storage = in(folder.path());
  store(*storage, "object", "bytes");
  disk.make_read_only();
  const auto checked = error_of([&] { storage->check(never()); });
  const auto written = error_of([&] { storage->put_if_absent("other", "x", never()); });
  REQUIRE((checked && written));
  CHECK(checked->kind() == ErrorKind::cannot_create);
  CHECK(written->kind() == ErrorKind::cannot_create);
  CHECK(content_of(*storage, "object") == "bytes");
}

TEST_CASE("posix storage: a user without rights is denied") {
  const TempDir folder;
  ::chmod(folder.path().c_str(), 0755);
  const auto status = in_child([&] {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::setuid(nobody) != 0) return 2;
    if (::geteuid() != nobody) ::chmod(folder.path().c_str(), 0555);
    const auto error = error_of([&] { in(folder.path())->check(never()); });
    return error && error->kind() == ErrorKind::denied ? 0 : 1;
  });
  CHECK(status == 0);
  ::chmod(folder.path().c_str(), 0755);
}

TEST_CASE("posix storage: where names cannot be given exclusively they are looked up and that is said") {
  const TempDir folder;
  const auto status = in_child([&] {
    if (!let_fail(no_exclusive_names)) return 2;
    const auto storage = in(folder.path());
    if (storage->check(never()) != Exclusion::advisory) return 3;
    store(*storage, "object", "first");
    const auto error = error_of([&] { store(*storage, "object", "second"); });
    if (!error || error->kind() != ErrorKind::cannot_create) return 4;
    if (storage->put_if_absent("object", "third", never())) return 5;
    return storage->get("object", never()) == "first" && storage->leftovers("", never()).empty() ? 0 : 6;
  });
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("posix storage: a name of which nobody can say whether it is free is not given") {
  const TempDir folder;
  const auto status = in_child([&] {
    const auto storage = in(folder.path());
    store(*storage, "object", "first");
    auto calls = no_exclusive_names;
    for (const auto call : {unsigned{SYS_faccessat}, unsigned{SYS_faccessat2}}) calls.push_back({call, EIO});
    if (!let_fail(calls)) return 2;
    const auto error = error_of([&] { store(*storage, "object", "second"); });
    if (!error || error->kind() != ErrorKind::io) return 3;
    return storage->get("object", never()) == "first" ? 0 : 4;
  });
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("posix storage: what cannot be looked at is not left out of a listing") {
  // Else an object whose manifest the disk fails to tell of would look like one without.
  const TempDir folder;
  const auto status = in_child([&] {
    const auto storage = in(folder.path());
    store(*storage, "object", "bytes");
    // With AT_EMPTY_PATH it looks at what is open.
    if (!let_fail({{SYS_newfstatat, EIO, 0U}})) return 2;
    const auto error = error_of([&] { storage->list("", never()); });
    return error && error->kind() == ErrorKind::io ? 0 : 3;
  });
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("posix storage: what is read back comes from the disk") {
  // Pages that memory still holds say nothing of what the disk has.
  const TempDir folder;
  if (is_in_memory(folder.path())) SKIP("the temporary folder has no disk below it");
  const auto storage = in(folder.path());
  store(*storage, "object", noise(8'000'000));
  CHECK(share_in_memory(folder / "object") < 0.1);
}

TEST_CASE("posix storage: links that lead nowhere are no objects") {
  const TempDir folder;
  const auto storage = in(folder.path());
  store(*storage, "object", "bytes");
  std::filesystem::create_symlink("nothing", folder / "broken");
  std::filesystem::create_symlink("loop", folder / "loop");
  std::filesystem::create_symlink("object/below", folder / "below");
  CHECK(names_in(*storage) == std::vector<std::string>{"object"});
}

TEST_CASE("posix storage: what a check left that was killed is removed by one a day later") {
  const TempDir folder;
  const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  for (const std::string name : {".part-check-0123abcd", ".part-check-89abcdef", ".part-checks-0123abcd"}) {
    write_file(folder / name, "");
    if (name != ".part-check-89abcdef") std::filesystem::last_write_time(folder / name, yesterday);
  }
  in(folder.path())->check(never());
  CHECK(files_in(folder.path()) == std::vector<std::string>{".part-check-89abcdef", ".part-checks-0123abcd"});
}

TEST_CASE("posix storage: an object that was cut is told while it is read") {
  const TempDir folder;
  const auto storage = in(folder.path());
  store(*storage, "object", noise(1'000'000));
  const auto source = storage->open("object", never());
  std::filesystem::resize_file(folder / "object", 500'000);
  std::vector<std::uint8_t> piece(100'000);
  const auto error = error_of([&] {
    while (source->read(piece) > 0) {
    }
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("posix storage: ten thousand objects are listed in a moment") {
  const TempDir folder;
  for (int i = 0; i < 10'000; i++) std::ofstream(folder / ("object-" + std::to_string(i))) << i;
  const auto begun = std::chrono::steady_clock::now();
  CHECK(in(folder.path())->list("object-", never()).size() == 10'000);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("posix storage: only its owner may read an object and every user may read a lease") {
  const TempDir folder;
  const auto storage = in(folder.path());
  const auto mode_of = [&](const char* name) {
    struct stat status{};
    REQUIRE(::stat((folder / name).c_str(), &status) == 0);
    return status.st_mode & 0777U;
  };
  const auto before = ::umask(0);
  storage->create("object", never())->finish();
  REQUIRE(storage->put_if_absent("small", "x", never()));
  storage->replace("lease", "x", never());
  ::chmod((folder / "small").c_str(), 0640);
  storage->replace("small", "y", never());
  ::umask(before);
  CHECK(mode_of("object") == 0600);
  CHECK(mode_of("lease") == 0644);
  CHECK(mode_of("small") == 0640);
}
