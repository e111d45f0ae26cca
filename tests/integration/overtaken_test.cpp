// A restore that is stopped or cut off while a second one takes its place changes nothing when it goes on.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <csignal>

#include "tests/support/big_restore.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/tcp_server.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

/// A server, a big dump, and what must be there once a second restore has ended and the application has written.
class Scene final {
 public:
  explicit Scene(const std::string& version) : server_({.version = version, .flags = test_commands}) {}

  /// One for all tests: to make it takes longer than to restore it.
  static const BigDump& dump() {
    static const BigDump dump;
    return dump;
  }
  const Mongod& server() const { return server_; }
  MongoClient client() const { return server_.client(); }

  Command loader(const std::string& uri, std::vector<std::string> flags = {}) const {
    flags.insert(flags.end(), {"--drop", "-v", "--uri=" + uri, "--archive=" + dump().archive().string()});
    return restore_command(flags);
  }

  /// The second restore ends, and the application changes what it brought.
  void overtake() {
    const Finished finished = run(loader(server_.uri()), 120s);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    const auto db = client();
    db.command("big", R"({"insert":"orders","documents":[{"_id":"of the application"}]})");
    db.command("big", R"({"delete":"people","deletes":[{"q":{},"limit":1}]})");
    remember();
  }

  /// What the server holds now is what the first restore must leave.
  void remember() { after_ = json::serialize(read_namespaces(client())); }

  /// The first one has gone on and must have stood down.
  void check(Child& first) const {
    const Finished finished = first.wait(120s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 75);
    REQUIRE(error_lines(finished).size() == 1);
    CHECK(error_lines(finished)[0].find("another process") != std::string::npos);
    CHECK(error_lines(finished)[0].find("'big.") != std::string::npos);
    CHECK(json::serialize(read_namespaces(client())) == after_);
  }

 private:
  Mongod server_;
  std::string after_;
};

/// A network that can be cut between a client and a server.
class Link final {
 public:
  explicit Link(std::uint16_t port)
      : relay_([this, port](TcpPeer& peer) {
          if (whole_) peer.relay_to(port, [this](std::string_view) { return !whole_; });
        }) {}

  std::string uri() const { return "mongodb://127.0.0.1:" + std::to_string(relay_.port()) + "/?directConnection=true"; }
  void cut() { whole_ = false; }
  void mend() { whole_ = true; }

 private:
  std::atomic<bool> whole_ = true;
  TcpServer relay_;
};

bool says(const Child& child, const std::string& text) {
  return child.err().find(text) != std::string::npos;
}

int failed_attempts(const Child& child) {
  const auto log = child.err();
  int count = 0;
  for (auto at = log.find("; retrying in"); at != std::string::npos; at = log.find("; retrying in", at + 1)) count++;
  return count;
}

/// The UUIDs of the collections of the dump that are there.
std::string identities(const MongoClient& client) {
  return json::serialize(client.documents(
      "big", {{"listCollections", 1}, {"filter", {{"name", {{"$in", {"orders", "events", "people"}}}}}}}));
}

/// Lets a command of others fail by a cut connection, from now on; returns once that has happened.
class Refusal final {
 public:
  Refusal(const MongoClient& client, const std::string& command) : client_(client) {
    const auto reply = client_.command("admin", R"({"configureFailPoint":"failCommand","mode":"alwaysOn","data":)"
                                                R"({"closeConnection":true,"failCommands":[")" +
                                                    command + R"("]}})");
    before_ = integer(reply.at("count"));
  }
  ~Refusal() { let_run(client_); }
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;

  void wait() const {
    client_.command("admin", R"({"waitForFailPoint":"failCommand","maxTimeMS":60000,"timesEntered":)" +
                                 std::to_string(before_ + 1) + "}");
  }

 private:
  const MongoClient& client_;
  std::int64_t before_ = 0;
};

/// A restore that is stopped while the server refuses it that command again and again.
std::unique_ptr<Child> stopped_at(const MongoClient& client, const std::string& command, const Command& loader) {
  const Refusal refusal(client, command);
  auto child = std::make_unique<Child>(loader);
  refusal.wait();
  child->signal(SIGSTOP);
  return child;
}

/// A restore that has begun to prove its input and has dropped nothing.
std::unique_ptr<Child> stopped_while_proving(const Scene& scene) {
  for (int i = 0; i < 20; i++) {
    REQUIRE(run(scene.loader(scene.server().uri()), 120s).exit_code == 0);
    const auto before = identities(scene.client());
    auto child = std::make_unique<Child>(scene.loader(scene.server().uri()));
    while (child->running() && !says(*child, "verifying the dump")) {
    }
    child->signal(SIGSTOP);
    if (identities(scene.client()) == before) return child;
  }
  FAIL("it proves too fast to be stopped");
  return nullptr;
}

}  // namespace

TEST_CASE("a restore that was overtaken while it proved its input drops nothing") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "6.0.5"));
  const auto first = stopped_while_proving(scene);
  scene.overtake();
  first->signal(SIGCONT);
  scene.check(*first);
}

TEST_CASE("a restore that was overtaken before its first drop drops nothing") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "6.0.5"));
  REQUIRE(run(scene.loader(scene.server().uri()), 120s).exit_code == 0);
  const auto first = stopped_at(scene.client(), "drop", scene.loader(scene.server().uri()));
  scene.overtake();
  first->signal(SIGCONT);
  scene.check(*first);
}

TEST_CASE("a restore that was overtaken while it inserted inserts nothing more") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "5.0.4", "6.0.5", "6.0.27"));
  const auto first = restore_until(scene.dump(), {"--drop", "--uri=" + scene.server().uri()}, scene.client(),
                                   [](Child& child) { child.signal(SIGSTOP); });
  scene.overtake();
  first->signal(SIGCONT);
  scene.check(*first);
}

TEST_CASE("a restore that was overtaken before it built its indexes builds none") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "6.0.5"));
  const auto first = stopped_at(scene.client(), "createIndexes", scene.loader(scene.server().uri()));
  scene.overtake();
  scene.client().command("big", R"({"dropIndexes":"orders","index":"n_1"})");
  scene.remember();
  first->signal(SIGCONT);
  scene.check(*first);
}

TEST_CASE("a restore whose network was cut while it inserted does not drop what its successor restored") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "6.0.5"));
  Link link(scene.server().port());
  const auto first = restore_until(scene.dump(), {"--drop", "--attempt-timeout=4s", "--uri=" + link.uri()},
                                   scene.client(), [&](Child&) { link.cut(); });
  REQUIRE(eventually(60s, [&] { return failed_attempts(*first) >= 2; }));
  scene.overtake();
  link.mend();
  scene.check(*first);
}

TEST_CASE("a restore whose network was cut while it built indexes does not drop what its successor restored") {
  Scene scene(GENERATE(as<std::string>{}, "4.4.2", "6.0.5"));
  Link link(scene.server().port());
  const auto client = scene.client();
  auto refusal = std::make_unique<Refusal>(client, "createIndexes");
  Child first(scene.loader(link.uri(), {"--attempt-timeout=6s"}));
  refusal->wait();
  link.cut();
  refusal.reset();
  const bool tried_again = eventually(60s, [&] { return failed_attempts(first) >= 2; });
  CAPTURE(first.err());
  REQUIRE(tried_again);
  scene.overtake();
  link.mend();
  scene.check(first);
}

TEST_CASE("a replay of an oplog that was overtaken changes nothing more") {
  const std::string version = GENERATE("4.4.2", "6.0.5");
  const Mongod server({.version = version, .flags = test_commands});
  const Fixture fixture(version == "4.4.2" ? "oplog-live-44.archive.gz" : "oplog-ddl.archive");
  const auto client = server.client();
  const auto loader = restore_command(
      {"--drop", "--oplogReplay", "-v", "--uri=" + server.uri(), "--archive=" + fixture.path().string()});
  const auto first = stopped_at(client, "applyOps", loader);
  REQUIRE(run(loader, 120s).exit_code == 0);
  const auto names = read_namespaces(client);
  REQUIRE_FALSE(names.empty());
  for (const auto& entry : names) {
    const std::string name(entry.key());
    if (entry.value().at("type") != "collection" || entry.value().at("options").as_object().contains("capped"))
      continue;
    const auto dot = name.find('.');
    client.command(name.substr(0, dot), json::object{{"insert", name.substr(dot + 1)},
                                                     {"documents", {{{"_id", "of the application"}}}},
                                                     {"bypassDocumentValidation", true}});
  }
  const auto after = json::serialize(read_namespaces(client));
  first->signal(SIGCONT);
  const Finished finished = first->wait(120s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 75);
  CHECK(json::serialize(read_namespaces(client)) == after);
}

TEST_CASE("a collection that the application creates while the input is proven is not dropped") {
  Scene scene("6.0.5");
  scene.client().command("big", R"({"insert":"people","documents":[{"_id":"old"}]})");
  const auto first = stopped_at(scene.client(), "drop", scene.loader(scene.server().uri()));
  scene.client().command("big", R"({"insert":"orders","documents":[{"_id":"of the application"}]})");
  first->signal(SIGCONT);
  const Finished finished = first->wait(120s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 75);
  CHECK(scene.client().documents("big", {{"find", "orders"}}).size() == 1);

  const Finished again = run(scene.loader(scene.server().uri()), 120s);
  INFO(again.describe());
  CHECK(again.exit_code == 0);
  CHECK(scene.dump().wrong(scene.client()) == "");
}

namespace {

/// Restores through a relay that loses the answer to the first `command`. False where there was no such command.
bool restore_and_lose(const Mongod& server, const std::string& command, std::vector<std::string> flags) {
  std::atomic<bool> lost = false;
  TcpServer relay([&](TcpPeer& peer) {
    peer.relay_to(server.port(), [&](std::string_view bytes) {
      return bytes.find(command + '\0') != std::string_view::npos && !lost.exchange(true);
    });
  });
  flags.push_back("--uri=mongodb://127.0.0.1:" + std::to_string(relay.port()) + "/?directConnection=true");
  const Finished finished = restore(flags);
  INFO("the answer to " << command << " is lost: " << finished.describe());
  CHECK(finished.exit_code == 0);
  const auto& wanted = expected().at("archives").at("multi.archive.gz").at("namespaces").as_object();
  CHECK(joined(differences(wanted, read_namespaces(server.client()))) == "");
  return lost;
}

}  // namespace

TEST_CASE("an answer that is lost does not make a restore take its own collections for those of others") {
  const std::string version = GENERATE("4.4.2", "6.0.5");
  const Mongod server({.version = version});
  const Fixture fixture("multi.archive.gz");
  const std::string archive = "--archive=" + fixture.path().string();
  for (const std::string command : {"create", "insert", "createIndexes", "listCollections"}) {
    for (const auto& entry : read_namespaces(server.client())) {
      const std::string name(entry.key());
      server.client().command(name.substr(0, name.find('.')), R"({"dropDatabase":1})");
    }
    CHECK(restore_and_lose(server, command, {archive}));
    CHECK(restore_and_lose(server, command, {archive, "--drop"}));
  }
  CHECK(restore_and_lose(server, "drop", {archive, "--drop"}));
}
