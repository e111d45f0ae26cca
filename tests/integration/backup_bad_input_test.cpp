// What a backup cannot be taken with or to: one line, the right code, and what was there stays.
#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/support/age_key.hpp"
#include "tests/support/backup_store.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

/// A folder that holds 4 MB.
class SmallDisk final {
 public:
  SmallDisk() {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m") != 0) SKIP("a tmpfs cannot be mounted here");
  }
  ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  Finished take(const std::string& source, std::vector<std::string> flags) const {
    Command command{.words = {sidekick_binary(), "backup", "--from=" + source, "--job=data", "--retries=0",
                              "--to=dir:" + folder_.path().string()}};
    command.words.insert(command.words.end(), flags.begin(), flags.end());
    return run(command, 60s);
  }
  /// But for leases and notes of failures.
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (const auto name = entry.path().filename().string();
          name.find(".lease-") == std::string::npos && !name.ends_with(".failure"))
        out.push_back(name);
    std::ranges::sort(out);
    return out;
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TempDir folder_;
};

void check_refused(const Finished& refused, int code, const std::string& says) {
  INFO(refused.describe());
  CHECK(refused.exit_code == code);
  CHECK(error_lines(refused).size() == 1);
  CHECK(refused.err.find(says) != std::string::npos);
}

/// `command` as a user that may do little.
Finished as_nobody(Command command) {
  std::vector<std::string> words{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  words.insert(words.end(), command.words.begin(), command.words.end());
  command.words = std::move(words);
  return run(command, 60s);
}

}  // namespace

TEST_CASE("a full disk is reported, older backups stay and no partial backup has a name") {
  const SmallDisk disk;
  const std::string little = "exec: head -c 500000 /dev/urandom";
  const std::vector<std::string> flags{"--keep=last=1", "--min-interval=0s"};
  REQUIRE(disk.take(little, flags).exit_code == 0);
  const auto before = disk.files();
  REQUIRE(before.size() == 2);
  for (int i = 0; i < 2; i++) {
    check_refused(disk.take("exec: head -c 8000000 /dev/urandom", flags), 74, "No space left on device");
    CHECK(disk.files() == before);
  }
  REQUIRE(sidekick_run({"verify", (disk / before.front()).string()}).exit_code == 0);
  REQUIRE(disk.take(little, flags).exit_code == 0);
  CHECK(disk.files().size() == 2);
  CHECK(disk.files() != before);
}

TEST_CASE("a disk without room for a manifest is reported and no object is left") {
  const SmallDisk disk;
  std::ofstream(disk / "ballast") << std::string(std::size_t{4} << 20, 'x');
  const auto failed = disk.take("exec: echo hello", {"--min-interval=0s"});
  check_refused(failed, 74, "No space left on device");
  CHECK(disk.files() == std::vector<std::string>{"ballast"});
}

TEST_CASE("a folder without write or read permission is denied") {
  const BackupStore store;
  ::chmod((store / "").c_str(), 0755);
  if (::geteuid() != 0) SKIP("another user's rights are root's to take");
  check_refused(as_nobody(store.command({"exec: echo hello"}, {"--job=data"})), 77, store.url());
  ::chmod((store / "").c_str(), 0777);
  TempDir place;
  write_file(place / "page", "hello");
  write_file(place / "secret", "hush");
  ::chmod(place.path().c_str(), 0755);
  ::chmod((place / "secret").c_str(), 0600);
  check_refused(as_nobody(store.command({"dir:" + place.path().string()}, {"--job=data"})), 77, "secret");
  ::chmod(place.path().c_str(), 0700);
  check_refused(as_nobody(store.command({"dir:" + place.path().string()}, {"--job=data"})), 77, place.path().string());
  CHECK(store.manifests().empty());
}

TEST_CASE("a wrong identity is denied wherever a backup is read") {
  const AgeKey key;
  const AgeKey other;
  const auto wrong = "--identity-file=" + other.file().string();
  const BackupStore store;
  const std::vector<std::string> flags{"--job=data", "--recipient=" + key.recipient()};
  const Mongod server;
  server.client().command("shop", R"({"insert":"fruits","documents":[{"_id":1}]})");
  const auto taken = store.take(server.uri(), flags);
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  const auto name = text_of(store.newest(), "name");
  const auto before = store.files();
  const auto to = "--to=" + store.url();
  const auto begun = std::chrono::steady_clock::now();
  check_refused(sidekick_run({"backup", "fetch", name, to, "--plain", "--out=-", wrong}), 77, name);
  check_refused(sidekick_run({"verify", wrong, (store / name).string()}), 77, name);
  check_refused(restore({"--uri=" + server.uri(), "--from=" + store.url() + "/" + name, wrong}), 77, name);
  CHECK(std::chrono::steady_clock::now() - begun < 12s);  // none is tried again
  auto unreadable = flags;
  unreadable.insert(unreadable.end(), {"--prove=read", wrong, "--min-interval=0s"});
  check_refused(store.take(server.uri(), unreadable), 77, "data-");
  CHECK(store.files() == before);
}

TEST_CASE("an empty, missing or inaccessible database is reported") {
  const BackupStore store;
  const Mongod server;
  check_refused(store.take("mongodb://" + server.address() + "/shop", {}), 66, "shop");
  check_refused(store.take("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500", {}), 69, "127.0.0.1:1");
  server.client().command("admin", R"({"createUser":"bob","pwd":"right","roles":["root"]})");
  check_refused(store.take("mongodb://bob:wrong@" + server.address() + "/?authSource=admin", {}), 77, server.address());
  CHECK(store.manifests().empty());
}

TEST_CASE("a file of recipients or a command or a key that cannot be used is named") {
  const BackupStore store;
  TempDir folder;
  write_file(folder / "none", "# nobody\n");
  write_file(folder / "wrong", "age1foo\n");
  const std::string source = "exec: echo hello";
  check_refused(store.take(source, {"--recipients-file=" + (folder / "none").string()}), 78, "names no recipient");
  check_refused(store.take(source, {"--recipients-file=" + (folder / "wrong").string()}), 78, "line 1");
  check_refused(store.take(source, {"--identity-file=" + (folder / "wrong").string()}), 78, "wrong");
  check_refused(store.take("exec: no-such-program --of=ours", {}), 66, "no-such-program");
  check_refused(store.take(source, {"--prove=read", "--recipient=age1foo"}), 64, "--recipient");
  CHECK(store.manifests().empty());
}
