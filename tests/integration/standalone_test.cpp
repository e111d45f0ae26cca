// A single server and the program itself are interrupted in mid-restore.
#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>

#include <csignal>

#include "tests/support/big_restore.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

// A small file system in memory, for a disk that fills up.
class SmallDisk final {
 public:
  explicit SmallDisk(const std::string& size) {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempDir folder_;
  bool mounted_ = false;
};

/// How often the server was greeted since it started, under both names of the greeting.
std::int64_t greetings(const MongoClient& client) {
  const auto commands = client.command("admin", R"({"serverStatus":1})").at("metrics").at("commands");
  return integer(commands.at("hello").at("total")) + integer(commands.at("isMaster").at("total"));
}

}  // namespace

TEST_CASE("a restore greets its server no more often than it has connections and heartbeats") {
  const BigDump dump;
  const Mongod server;
  const auto before = greetings(server.client());
  const Finished finished = restore({"--uri=" + server.uri(), "--archive=" + dump.archive().string()});
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK(greetings(server.client()) - before < 60);
}

TEST_CASE("a restore leaves nothing in shared memory") {
  const Mongod server;
  Child child(restore_command({"--uri=" + server.uri(), "--archive=" + test_data("shop.archive.gz").string()}));
  const Finished finished = child.wait(60s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK_FALSE(std::filesystem::exists("/dev/shm/mongoc-" + std::to_string(child.pid())));
}

TEST_CASE("a server that is killed in mid-restore and started again ends with exactly the dump") {
  const BigDump dump;
  Mongod server({.version = "4.4.2"});
  const auto child = restore_until(dump, {"--uri=" + server.uri()}, server.client(), [&](Child&) {
    server.kill();
    server.start();
  });
  const Finished finished = child->wait(120s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK(dump.wrong(server.client()) == "");
}

TEST_CASE("TERM in mid-restore ends with 143 within two seconds, and the next run with exactly the dump") {
  const BigDump dump;
  const Mongod server;
  const auto child =
      restore_until(dump, {"--uri=" + server.uri()}, server.client(), [](Child& running) { running.signal(SIGTERM); });
  const auto asked = std::chrono::steady_clock::now();
  const Finished finished = child->wait(30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(std::chrono::steady_clock::now() - asked < 2s);

  const Finished again = restore({"--uri=" + server.uri(), "--archive=" + dump.archive().string()});
  INFO(again.describe());
  CHECK(again.exit_code == 0);
  CHECK(dump.wrong(server.client()) == "");
}

TEST_CASE("standard input that is used up when the server goes away for good ends with 74") {
  const BigDump dump;
  Mongod server;
  Command command = restore_command({"--uri=" + server.uri(), "--archive", "--batchSize=50", "--retry-for=5s"});
  command.input = dump.archive();
  Child child(command);
  const auto watcher = server.client();
  REQUIRE(eventually(60s, [&] { return dump.stored(watcher) > dump.documents() / 10; }));
  server.kill();
  const Finished finished = child.wait(60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 74);
  CHECK(error_lines(finished).size() == 1);
}

TEST_CASE("a full disk on the server is a clear error") {
  const SmallDisk disk("340m");
  if (!disk.mounted()) SKIP("a file system of its own cannot be mounted here");
  const Mongod server({.flags = {"--wiredTigerJournalCompressor", "none"}, .data_folder = disk.path() / "."});
  const TempDir folder;
  const DataSet data(1, "big", {{.name = "orders", .documents = 20'000, .document_bytes = 10'000}});
  data.write_archive(folder / "big.archive");
  const Finished finished =
      restore({"--uri=" + server.uri(), "--archive=" + (folder / "big.archive").string(), "--retry-for=5s"}, 120s);
  INFO(finished.describe());
  CHECK_FALSE(finished.timed_out);
  CHECK((finished.exit_code == 69 || finished.exit_code == 74));
  CHECK(error_lines(finished).size() == 1);
}

TEST_CASE("memory stays under 64 MiB for an archive of many collections and large documents") {
  const TempDir folder;
  std::vector<MadeCollection> collections;
  for (int i = 0; i < 200; i++)
    collections.push_back({.name = "c" + std::to_string(i), .documents = 200, .document_bytes = 4'000});
  const DataSet data(2, "many", collections);
  data.write_archive(folder / "many.archive.gz", 20);
  const Mongod server;
  const Finished finished =
      restore({"--uri=" + server.uri(), "--archive=" + (folder / "many.archive.gz").string()}, 120s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  if (!is_sanitized()) CHECK(finished.peak_kib < 64 * 1024);
}
