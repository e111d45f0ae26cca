// Writes go on while a replica set is dumped: what a restore of it brings is a state that existed.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <mongoc/mongoc.h>

#include <atomic>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>

#include "sidekick/handle.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/strict_archive.hpp"

using namespace sidekick::test;

namespace {

constexpr std::int64_t cells = 50;

void load_filler(const std::string& uri) {
  DataSet(5, "bank", {{.name = "filler", .documents = 2'000, .document_bytes = 10'000}}).load(uri);
}

/// Writes 1, 2, 3, … each into its cell of bank.aaa and then into the same cell of bank.zzz, until it is destroyed.
class Workload {
 public:
  explicit Workload(const std::string& uri) : thread_([this, uri] { write(uri); }) {}
  ~Workload() {
    stop_ = true;
    thread_.join();
  }
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  std::int64_t written() const { return written_; }

 private:
  void write(const std::string& uri) {
    const MongoClient client(uri);
    for (std::int64_t n = 1; !stop_; n++) {
      for (const char* name : {"aaa", "zzz"})
        client.command("bank", std::string(R"({"update":")") + name + R"(","updates":[{"q":{"_id":)" +
                                   std::to_string(n % cells) + R"(},"u":{"n":)" + std::to_string(n) +
                                   R"(},"upsert":true}]})");
      written_ = n;
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<std::int64_t> written_ = 0;
  std::thread thread_;
};

// The cells of a collection: every cell has to hold the last number that was written to it up to the greatest of all.
std::int64_t last_written(const MongoClient& client, const std::string& name) {
  std::map<std::int64_t, std::int64_t> found;
  std::int64_t last = 0;
  for (const auto& document : client.documents("bank", {{"find", name}})) {
    const auto n = integer(document.at("n"));
    found[integer(document.at("_id"))] = n;
    last = std::max(last, n);
  }
  for (std::int64_t n = std::max<std::int64_t>(1, last - cells + 1); n <= last; n++) {
    INFO(name << " up to " << last << ", cell " << n % cells);
    CHECK(found[n % cells] == n);
  }
  return last;
}

void check_is_one_moment(const MongoClient& client) {
  const auto first = last_written(client, "aaa");
  const auto second = last_written(client, "zzz");
  INFO("aaa " << first << ", zzz " << second);
  CHECK(first > 0);
  CHECK((first == second || first == second + 1));
}

struct Scene {
  explicit Scene(const std::string& version = "6.0.5", const std::vector<std::string>& flags = {})
      : set(version, flags) {
    load_filler(set.uri());
  }
  std::filesystem::path archive() const { return folder / "bank.archive"; }

  SingleSet set;
  TempDir folder;
};

/// Dumps while the workload goes on, and restores into another server.
void dump_and_restore(const Scene& scene, const std::vector<std::string>& dump_flags,
                      const std::vector<std::string>& restore_flags) {
  const Workload workload(scene.set.uri());
  REQUIRE(eventually(20s, [&] { return workload.written() > 2 * cells; }));
  slow_down(scene.set.client(), 200ms);
  auto flags = dump_flags;
  flags.insert(flags.end(), {"--uri=" + scene.set.uri(), "--retries=0"});
  const auto before = workload.written();
  const auto child = begin_dump(scene.archive(), flags);
  const Finished finished = child->wait(60s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK(workload.written() > before + cells);
  const Mongod target;
  flags = restore_flags;
  flags.insert(flags.end(), {"--uri=" + target.uri(), "--archive=" + scene.archive().string()});
  const Finished restored = restore(flags);
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  check_is_one_moment(target.client());
}

/// A dump with --oplog in the middle of which something happens that makes it worthless.
void check_worthless(const Scene& scene, const std::string& said,
                     const std::function<void(const MongoClient&)>& happens) {
  const auto client = scene.set.client();
  slow_down(client, 1'000ms);
  const auto child = begin_dump(scene.archive(), {"--oplog", "--uri=" + scene.set.uri()});
  happens(client);
  let_run(client);
  const Finished finished = child->wait(60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(error_lines(finished).size() == 1);
  CHECK(finished.err.find(said) != std::string::npos);
  CHECK(files_in(scene.folder.path()).empty());
}

/// Holds each look at the oplog up for a moment, so that a test can do something meanwhile.
class HeldOplog final {
 public:
  explicit HeldOplog(const MongoClient& client) : client_(client) {
    const auto set = client.command(
        "admin", R"({"configureFailPoint":"failCommand","mode":"alwaysOn","data":{"failCommands":["find"],)"
                 R"("namespace":"local.oplog.rs","blockConnection":true,"blockTimeMS":1000}})");
    looks_ = integer(set.at("count"));
  }
  /// Returns in the middle of the next look.
  void wait_for_look() {
    client_.command("admin", R"({"waitForFailPoint":"failCommand","maxTimeMS":20000,"timesEntered":)" +
                                 std::to_string(++looks_) + "}");
  }

 private:
  const MongoClient& client_;
  std::int64_t looks_ = 0;
};

/// A document of bank.late that is written by a transaction of which the oplog tells long before it is committed.
class PreparedTransaction final {
 public:
  explicit PreparedTransaction(const std::string& uri)
      : client_(mongoc_client_new(uri.c_str())),
        session_(mongoc_client_start_session(client_.get(), nullptr, nullptr)) {
    if (!mongoc_client_session_start_transaction(session_.get(), nullptr, nullptr))
      throw std::runtime_error("no transaction begins");
    run("bank", R"({"insert":"late","documents":[{"_id":1}]})");
    const auto prepared = run("admin", R"({"prepareTransaction":1,"writeConcern":{"w":"majority"}})");
    commit_ = R"({"commitTransaction":1,"commitTimestamp":)" +
              boost::json::serialize(boost::json::parse(prepared).at("prepareTimestamp")) + "}";
  }
  void commit() { run("admin", commit_); }

 private:
  std::string run(const std::string& db, const std::string& text) {
    bson_error_t error;
    bson_t reply;
    const sidekick::Handle<bson_t, bson_destroy> options(bson_new());
    const sidekick::Handle<bson_t, bson_destroy> command(bson_new_from_json(
        reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &error));
    const bool good = command && mongoc_client_session_append(session_.get(), options.get(), &error) &&
                      mongoc_client_command_with_opts(client_.get(), db.c_str(), command.get(), nullptr, options.get(),
                                                      &reply, &error);
    if (!good) throw std::runtime_error(text + ": " + error.message);
    const sidekick::Handle<char, bson_free> json(bson_as_canonical_extended_json(&reply, nullptr));
    bson_destroy(&reply);
    return json.get();
  }

  sidekick::Handle<mongoc_client_t, mongoc_client_destroy> client_;
  sidekick::Handle<mongoc_client_session_t, mongoc_client_session_destroy> session_;
  std::string commit_;
};

}  // namespace

TEST_CASE("a dump with its oplog restores to one moment of a set that is written to") {
  const Scene scene;
  dump_and_restore(scene, {"--oplog", "--numParallelCollections=1"}, {"--oplogReplay"});
  const auto dump = read_archive_file_strictly(scene.archive());
  CHECK(dump.at(".oplog").documents > 0);
  CHECK(dump.finished.back() == ".oplog");
}

TEST_CASE("a transaction that is begun while the start of the oplog is looked for is whole in the dump") {
  const Scene scene;
  const auto client = scene.set.client();
  client.command("bank", R"({"create":"late"})");
  HeldOplog held(client);
  Child child(Command{{sidekick_binary(), "mongodump", "--archive=" + scene.archive().string(), "--oplog",
                       "--uri=" + scene.set.uri()}});
  held.wait_for_look();
  PreparedTransaction transaction(scene.set.uri());
  client.command("bank", R"({"insert":"other","documents":[{"_id":1}]})");
  held.wait_for_look();  // for the end, when the collections are read
  transaction.commit();
  let_run(client);
  const Finished dumped = child.wait(60s);
  INFO(dumped.describe());
  REQUIRE(dumped.exit_code == 0);
  const Mongod target;
  const Finished restored =
      restore({"--oplogReplay", "--uri=" + target.uri(), "--archive=" + scene.archive().string()});
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  CHECK(target.client().documents("bank", {{"find", "late"}}).size() == 1);
}

TEST_CASE("a dump of a snapshot restores to one moment of a set that is written to") {
  const Scene scene;
  dump_and_restore(scene, {"--snapshot", "--numParallelCollections=1"}, {});
  const auto dump = read_archive_file_strictly(scene.archive());
  CHECK(dump.header.contains("sidekick"));
  CHECK_FALSE(dump.contains(".oplog"));
}

TEST_CASE("a snapshot of an older set is refused and its oplog is not") {
  const Scene scene("4.4.2");
  const Finished refused =
      sidekick_run({"mongodump", "--snapshot", "--archive=" + scene.archive().string(), "--uri=" + scene.set.uri()});
  INFO(refused.describe());
  CHECK(refused.exit_code == 78);
  CHECK(files_in(scene.folder.path()).empty());
  dump_and_restore(scene, {"--oplog"}, {"--oplogReplay"});
}

TEST_CASE("a collection that is renamed during a dump with its oplog makes that fail and leave nothing") {
  const Scene scene;
  scene.set.client().command("bank", R"({"insert":"old","documents":[{"_id":1}]})");
  check_worthless(scene, "renamed", [](const MongoClient& client) {
    client.command("admin", R"({"renameCollection":"bank.old","to":"bank.new"})");
  });
}

TEST_CASE("an oplog that rolls over during a dump makes that fail and leave nothing") {
  // What no checkpoint of the server's own thread covers is kept, so one comes every second.
  const Scene scene("6.0.5", {"--oplogSize", "8", "--syncdelay", "1"});
  check_worthless(scene, "rolled over", [](const MongoClient& client) {
    const std::string text(std::size_t{1} << 20, 'x');
    const auto time_of = [&](int order) {
      const auto entry =
          client.documents("local", {{"find", "oplog.rs"}, {"sort", {{"$natural", order}}}, {"limit", 1}});
      const auto& ts = entry.at(0).at("ts").at("$timestamp");
      return std::pair(ts.at("t").to_number<std::int64_t>(), ts.at("i").to_number<std::int64_t>());
    };
    const auto begun = time_of(-1);
    const bool rolled = eventually(30s, [&] {
      for (int i = 0; i < 8; i++) client.command("bank", R"({"insert":"more","documents":[{"text":")" + text + "\"}]}");
      return time_of(1) > begun;
    });
    REQUIRE(rolled);
  });
}
