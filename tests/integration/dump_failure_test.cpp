// A dump of a single server is disturbed: it begins anew and ends whole, or it fails and leaves nothing.
#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>

#include <atomic>
#include <csignal>

#include "tests/support/big_restore.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/strict_archive.hpp"
#include "tests/support/tcp_server.hpp"

using namespace sidekick::test;

namespace {

// Three batches of a cursor: something can happen between them.
const DataSet& data() {
  static const DataSet made(7, "shop", {{.name = "orders", .documents = 2'000, .document_bytes = 10'000}});
  return made;
}

class Scene {
 public:
  Scene() : server({.flags = test_commands}) { data().load(server.uri()); }

  std::filesystem::path archive() const { return folder_ / "shop.archive"; }
  std::filesystem::path folder() const { return folder_.path(); }
  std::vector<std::string> flags() const { return {"--uri=" + server.uri(), "--db=shop", "--retry-for=20s"}; }

  void check_whole(const Finished& finished) const {
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    CHECK(read_archive_file_strictly(archive()).at("shop.orders").documents == 2'000);
    CHECK(files_in(folder()) == std::vector<std::string>{"shop.archive"});
  }

  Mongod server;

 private:
  TempDir folder_;
};

bool was_retried(const Finished& finished) {
  return finished.err.find("retrying") != std::string::npos;
}

}  // namespace

TEST_CASE("a cursor that is killed in mid-dump makes it begin anew and end whole") {
  const Scene scene;
  slow_down(scene.server.client(), 700ms);
  const auto child = begin_dump(scene.archive(), scene.flags());
  scene.server.client().command("admin", R"({"killAllSessions":[]})");
  let_run(scene.server.client());
  const Finished finished = child->wait(60s);
  scene.check_whole(finished);
  CHECK(was_retried(finished));
}

TEST_CASE("a cursor that the server does not know any more is never a silent gap") {
  const Scene scene;
  constexpr int cursor_not_found = 43;
  fail_next_batch(scene.server.client(), cursor_not_found);
  const Finished finished = sidekick_run({"mongodump", "--archive=" + scene.archive().string(),
                                          "--uri=" + scene.server.uri(), "--db=shop", "--retry-for=20s"});
  scene.check_whole(finished);
  CHECK(was_retried(finished));

  fail_next_batch(scene.server.client(), cursor_not_found);
  const Finished once = sidekick_run({"mongodump", "--archive=" + (scene.folder() / "once").string(),
                                      "--uri=" + scene.server.uri(), "--db=shop", "--retries=0"});
  INFO(once.describe());
  CHECK(once.exit_code == 69);
  CHECK(files_in(scene.folder()) == std::vector<std::string>{"shop.archive"});
}

TEST_CASE("a batch whose answer is lost on its way is never a silent gap") {
  // The server has gone on in its cursor: who asks it again gets the batch after that.
  const Scene scene;
  std::atomic<int> lost = 0;
  const TcpServer proxy([&](TcpPeer& peer) {
    peer.relay_to(scene.server.port(), [&](std::string_view bytes) {
      return bytes.find("getMore") != std::string_view::npos && lost.fetch_add(1) == 0;
    });
  });
  const Finished finished = run(
      Command{{sidekick_binary(), "mongodump", "--archive=" + scene.archive().string(), "--db=shop", "--retry-for=20s",
               "--uri=mongodb://127.0.0.1:" + std::to_string(proxy.port()) + "/?directConnection=true"}},
      60s);
  CHECK(lost > 0);
  scene.check_whole(finished);
  CHECK(was_retried(finished));
}

TEST_CASE("a server that is killed in mid-dump and started again is dumped whole") {
  Scene scene;
  scene.server.client().command("admin", R"({"fsync":1})");
  slow_down(scene.server.client(), 700ms);
  const auto child = begin_dump(scene.archive(), scene.flags());
  scene.server.kill();
  scene.server.start();
  const Finished finished = child->wait(60s);
  scene.check_whole(finished);
  CHECK(was_retried(finished));
}

TEST_CASE("TERM in mid-dump ends with 143 within two seconds and leaves the older file alone") {
  const Scene scene;
  write_file(scene.archive(), "the older file");
  slow_down(scene.server.client(), 5'000ms);
  const auto child = begin_dump(scene.archive(), scene.flags());
  const auto asked = std::chrono::steady_clock::now();
  child->signal(SIGTERM);
  const Finished finished = child->wait(30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(std::chrono::steady_clock::now() - asked < 2s);
  CHECK(read_file(scene.archive()) == "the older file");
  CHECK(files_in(scene.folder()) == std::vector<std::string>{"shop.archive"});
}

TEST_CASE("a second dump into a file that is being written is told so and disturbs nothing") {
  const Scene scene;
  slow_down(scene.server.client(), 500ms);
  const auto first = begin_dump(scene.archive(), scene.flags());
  const Finished second = sidekick_run(
      {"mongodump", "--archive=" + scene.archive().string(), "--uri=" + scene.server.uri(), "--retries=0"});
  INFO(second.describe());
  CHECK(second.exit_code == 75);
  let_run(scene.server.client());
  scene.check_whole(first->wait(60s));
}

TEST_CASE("a full disk under a dump is a clear error and leaves nothing") {
  const Scene scene;
  const TempDir place;
  if (::mount("tmpfs", place.path().c_str(), "tmpfs", 0, "size=4m") != 0)
    SKIP("a file system of its own cannot be mounted here");
  for (const char* form : {"--archive=", "--out="}) {
    const Finished finished = sidekick_run(
        {"mongodump", form + (place / "shop").string(), "--uri=" + scene.server.uri(), "--db=shop", "--retries=0"});
    INFO(finished.describe());
    CHECK(finished.exit_code == 74);
    CHECK(error_lines(finished).size() == 1);
    CHECK(finished.err.find("No space left") != std::string::npos);
    CHECK(files_in(place.path()).empty());
  }
  ::umount2(place.path().c_str(), MNT_DETACH);
}

TEST_CASE("a dump to standard output that was disturbed is not begun anew in mid-stream") {
  const Scene scene;
  constexpr int cursor_not_found = 43;
  fail_next_batch(scene.server.client(), cursor_not_found);
  const Finished finished = sidekick_run({"mongodump", "--archive", "--uri=" + scene.server.uri(), "--db=shop"});
  INFO(finished.err);
  CHECK(finished.exit_code == 74);
  CHECK_THROWS_AS(read_archive_strictly(finished.out), RuleBroken);
}

TEST_CASE("a collection that is renamed in mid-dump is never a silent gap") {
  const Scene scene;
  const auto client = scene.server.client();
  for (const std::string name : {"before", "later"})
    client.command("shop", R"({"insert":")" + name + R"(","documents":[{"_id":1}]})");
  slow_down(client, 1'000ms);
  auto flags = scene.flags();
  flags.emplace_back("--numParallelCollections=1");
  const auto child = begin_dump(scene.archive(), flags);
  for (const std::string name : {"before", "later"})
    client.command("admin", R"({"renameCollection":"shop.)" + name + R"(","to":"shop.new_)" + name + R"("})");
  let_run(client);
  const Finished finished = child->wait(60s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK(was_retried(finished));
  const auto dump = read_archive_file_strictly(scene.archive());
  CHECK(dump.at("shop.new_before").documents == 1);
  CHECK(dump.at("shop.new_later").documents == 1);
}
