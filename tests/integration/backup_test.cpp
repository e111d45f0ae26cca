// Backups of real servers, folders and commands into a folder, and what a restore brings back.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "tests/support/backup_store.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/tree_listing.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

const DataSet data(7, "shop",
                   {{.name = "fruits", .documents = 500, .indexes = {R"({"key":{"n":1},"name":"by_n"})"}},
                    {.name = "log", .documents = 100, .options = R"({"capped":true,"size":1000000})"}});

/// A replica set of one, which has an oplog.
class Replica {
 public:
  Replica() : server({.flags = {"--replSet", "rs"}}) {
    const auto client = server.client();
    client.command("admin",
                   R"({"replSetInitiate":{"_id":"rs","members":[{"_id":0,"host":")" + server.address() + R"("}]}})");
    REQUIRE(
        eventually(30s, [&] { return client.command("admin", R"({"hello":1})").at("isWritablePrimary").as_bool(); }));
  }
  std::string uri() const { return "mongodb://" + server.address() + "/?replicaSet=rs"; }

  Mongod server;
};

void check_same(const json::object& wanted, const MongoClient& client) {
  CHECK(joined(differences(wanted, read_namespaces(client))) == "");
}

Finished restore_latest(const BackupStore& store, const std::string& uri, std::vector<std::string> flags = {}) {
  flags.insert(flags.end(), {"--uri=" + uri, "--from=" + store.url() + "/latest", "--drop"});
  return restore(flags);
}

void require_success(const Finished& finished) {
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
}

std::vector<std::string> databases(const MongoClient& client) {
  std::vector<std::string> out;
  const auto reply = client.command("admin", R"({"listDatabases":1})");
  for (const auto& entry : reply.at("databases").as_array()) out.emplace_back(entry.at("name").as_string());
  return out;
}

/// A pair of keys of age.
class AgeKey {
 public:
  AgeKey() {
    const auto made = run({.words = {"age-keygen", "-o", file().string()}}, 10s);
    require_success(made);
    recipient = made.err.substr(made.err.find("age1"));
    recipient.erase(recipient.find_first_of("\r\n"));
  }
  std::filesystem::path file() const { return folder_ / "key"; }
  std::string recipient;

 private:
  TempDir folder_;
};

}  // namespace

TEST_CASE("a standalone is restored from its latest backup as it was") {
  const Mongod server;
  data.load(server.uri());
  const auto wanted = read_namespaces(server.client());
  const BackupStore store;
  require_success(store.take(server.uri()));
  const auto manifest = store.newest();
  CHECK(manifest.at("consistent") == false);
  CHECK(manifest.at("oplog") == false);
  CHECK(text_of(manifest, "proof") == "stored");
  CHECK(text_of(manifest, "server_version") == "6.0.5");
  server.client().command("shop", R"({"delete":"fruits","deletes":[{"q":{},"limit":0}]})");
  require_success(restore_latest(store, server.uri()));
  check_same(wanted, server.client());
}

TEST_CASE("a replica set that is written to is restored to one moment") {
  const Replica replica;
  data.load(replica.uri());
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    const MongoClient client(replica.uri());
    for (int n = 0; !stop; n++)
      for (const std::string name : {"first", "second"})
        client.command("pairs", R"({"insert":")" + name + R"(","documents":[{"_id":)" + std::to_string(n) + "}]}");
  });
  const BackupStore store;
  const auto taken = store.take(replica.uri());
  stop = true;
  writer.join();
  require_success(taken);
  CHECK(store.newest().at("consistent") == true);
  CHECK(store.newest().at("oplog") == true);
  const Mongod other;
  require_success(restore_latest(store, other.uri()));
  const auto count = [&](const std::string& name) {
    return integer(other.client().command("pairs", R"({"count":")" + name + R"("})").at("n"));
  };
  CHECK((count("first") == count("second") || count("first") == count("second") + 1));
}

TEST_CASE("one database of a replica set is dumped at one cluster time unless it has a capped collection") {
  const Replica replica;
  data.load(replica.uri());
  const MongoClient client(replica.uri());
  client.command("plain", R"({"insert":"fruits","documents":[{"_id":1}]})");
  const auto of = [&](const std::string& db) {
    return "mongodb://" + replica.server.address() + "/" + db + "?replicaSet=rs";
  };
  const BackupStore store;
  require_success(store.take(of("plain")));
  CHECK(store.newest().at("consistent") == true);
  CHECK(store.newest().at("oplog") == false);
  CHECK(text_of(store.newest(), "job") == "plain");
  require_success(store.take(of("shop")));
  CHECK(store.newest().at("consistent") == false);
  CHECK(json::serialize(store.newest()).find("is capped") != std::string::npos);
  CHECK(store.take(of("shop"), {"--snapshot"}).exit_code == 78);
}

TEST_CASE("a password in the URL is neither in a manifest nor in a log") {
  const Mongod server;
  data.load(server.uri());
  server.client().command("admin", R"({"createUser":"bob","pwd":"hunter2","roles":["root"]})");
  const BackupStore store;
  const auto taken = store.take("mongodb://bob:hunter2@" + server.address() + "/?authSource=admin");
  require_success(taken);
  CHECK((taken.out + taken.err).find("hunter2") == std::string::npos);
  CHECK(json::serialize(store.newest()).find("hunter2") == std::string::npos);
  CHECK(text_of(store.newest(), "source").find(server.address()) != std::string::npos);
}

TEST_CASE("an encrypted backup is read by age and zstd and restored only with its key") {
  const AgeKey key;
  const Mongod server;
  data.load(server.uri());
  const auto wanted = read_namespaces(server.client());
  const BackupStore store;
  require_success(store.take(
      server.uri(), {"--recipient=" + key.recipient, "--prove=read", "--identity-file=" + key.file().string()}));
  const auto manifest = store.newest();
  CHECK(manifest.at("encrypted") == true);
  CHECK(text_of(manifest, "proof") == "read");
  const auto opened = run({.words = {"sh", "-c", "age -d -i \"$1\" \"$2\" | zstd -dc | sha256sum", "sh",
                                     key.file().string(), (store / text_of(manifest, "name")).string()}},
                          20s);
  require_success(opened);
  CHECK(opened.out.starts_with(text_of(manifest, "plain_sha256")));
  CHECK(restore_latest(store, server.uri()).exit_code == 77);
  require_success(restore_latest(store, server.uri(), {"--identity-file=" + key.file().string()}));
  check_same(wanted, server.client());
}

TEST_CASE("a backup is verified by a restore into a scratch server, which is unchanged afterwards") {
  const Mongod server;
  data.load(server.uri());
  const Mongod scratch;
  data.load(scratch.uri());
  const auto client = scratch.client();
  client.command("sidekick_proof_1_00000000_0", R"({"insert":"old","documents":[{"_id":1}]})");
  client.command("sidekick_proof_7fffffff_00000000_0", R"({"insert":"young","documents":[{"_id":1}]})");
  const auto wanted = read_namespaces(client);
  const BackupStore store;
  require_success(store.take(server.uri(), {"--prove=restored", "--scratch-uri=" + scratch.uri()}));
  CHECK(text_of(store.newest(), "proof") == "restored");
  CHECK(databases(client) ==
        std::vector<std::string>{"admin", "config", "local", "shop", "sidekick_proof_7fffffff_00000000_0"});
  const auto lost = differences(wanted, read_namespaces(client));
  REQUIRE(lost.size() == 1);
  CHECK(lost.front().find("sidekick_proof_1_00000000_0.old") != std::string::npos);
}

TEST_CASE("a backup that lost most of its content is kept as suspect and is not the latest") {
  TempDir place;
  write_file(place / "big", std::string(200'000, 'x'));
  const BackupStore store;
  const auto source = "dir:" + place.path().string();
  require_success(store.take(source, {"--job=data", "--keep=last=1"}));
  const auto good = text_of(store.newest(), "name");
  write_file(place / "big", "little");
  const auto taken = store.take(source, {"--job=data", "--keep=last=1"});
  require_success(taken);
  CHECK(taken.err.find("kept as suspect") != std::string::npos);
  const auto all = store.manifests();
  REQUIRE(all.size() == 2);
  CHECK(all[0].at("suspect").as_bool() != all[1].at("suspect").as_bool());
  const auto& suspect = all[0].at("suspect").as_bool() ? all[0] : all[1];
  CHECK(text_of(suspect, "name") != good);
  require_success(sidekick_run({"backup", "accept", text_of(suspect, "name"), "--to=" + store.url()}));
  require_success(store.take(source, {"--job=data", "--keep=last=1"}));
  CHECK(store.manifests().size() == 1);
}

TEST_CASE("a folder becomes a tar that tar unpacks and restore explains how") {
  TempDir place;
  write_file(place / "page", "hello");
  std::filesystem::create_symlink("page", place / "link");
  const BackupStore store;
  require_success(store.take("dir:" + place.path().string(), {"--job=site", "--compress=gzip", "--prove=read"}));
  const auto name = text_of(store.newest(), "name");
  CHECK(name.ends_with(".dir.tar.gz"));
  TempDir unpacked;
  require_success(run({.words = {"tar", "-xzf", (store / name).string(), "-C", unpacked.path().string()}}, 10s));
  CHECK(tree_listing(unpacked.path()) == tree_listing(place.path()));
  const auto refused = restore({"--from=" + store.url() + "/latest"});
  CHECK(refused.exit_code == 78);
  CHECK(refused.err.find("tar -x") != std::string::npos);
}

TEST_CASE("several sources are backed up under separate names") {
  TempDir place;
  write_file(place / "page", "hello");
  const BackupStore store;
  require_success(store.take({"dir:" + place.path().string(), "exec: echo hello"}, {"--job=all"}));
  const auto all = store.manifests();
  REQUIRE(all.size() == 2);
  CHECK(text_of(all[0], "job").starts_with("all-"));
  CHECK(text_of(all[0], "job") != text_of(all[1], "job"));
}

TEST_CASE("commands run before and after each backup and get its facts") {
  TempDir place;
  const auto told = (place / "told").string();
  const std::string before = "sh -c 'echo before $SIDEKICK_BACKUP_JOB >> " + told + "'";
  const std::string after = "sh -c 'echo after $SIDEKICK_BACKUP_RESULT $SIDEKICK_BACKUP_PROOF >> " + told + "'";
  const BackupStore store;
  const std::vector<std::string> flags{"--before=" + before, "--after=" + after, "--job=data"};
  require_success(store.take("exec: echo hello", flags));
  CHECK(read_file(told) == "before data\nafter success stored\n");
  CHECK(store.take("exec: false", flags).exit_code == 74);
  CHECK(read_file(told) == "before data\nafter success stored\nbefore data\nafter failure\n");
  const auto refused = store.take("exec: echo hello", {"--before=false", "--job=data"});
  CHECK(refused.exit_code == 75);
  CHECK(store.manifests().size() == 1);
}

TEST_CASE("a URL is notified of what was asked for and one that does not answer is a warning") {
  std::mutex mutex;
  std::vector<std::string> posted;
  TcpServer server([&](TcpPeer& peer) {
    while (auto request = peer.read_request()) {
      {
        const std::scoped_lock lock(mutex);
        posted.push_back(*request);
      }
      peer.answer("200 OK", "");
    }
  });
  const BackupStore store;
  require_success(store.take("exec: echo hello", {"--notify=" + server.url("/hook"), "--job=data"}));
  CHECK(store.take("exec: false", {"--notify=" + server.url("/hook"), "--job=data"}).exit_code == 74);
  require_success(
      store.take("exec: echo hello", {"--notify=" + server.url("/hook"), "--notify-on=failure", "--job=data"}));
  const auto unheard = store.take("exec: echo hello", {"--notify=http://127.0.0.1:1/t0ken", "--job=data"});
  require_success(unheard);
  CHECK(unheard.err.find("the notification failed") != std::string::npos);
  CHECK(unheard.err.find("t0ken") == std::string::npos);
  const std::scoped_lock lock(mutex);
  REQUIRE(posted.size() == 2);
  CHECK(posted[0].starts_with("POST /hook "));
  CHECK(posted[0].find("\"event\":\"success\"") != std::string::npos);
  CHECK(posted[0].find("\"plain_sha256\"") != std::string::npos);
  CHECK(posted[1].find("\"event\":\"failure\"") != std::string::npos);
}

TEST_CASE("the outcome of a run is sent to one URL for success and another for failure") {
  std::mutex mutex;
  std::vector<std::string> asked;
  TcpServer server([&](TcpPeer& peer) {
    while (auto request = peer.read_request()) {
      {
        const std::scoped_lock lock(mutex);
        asked.push_back(request->substr(0, request->find(" HTTP")));
      }
      peer.answer("200 OK", "");
    }
  });
  const BackupStore store;
  const std::vector<std::string> flags{"--ping-success=" + server.url("/t0ken"),
                                       "--ping-failure=" + server.url("/t0ken/fail")};
  const auto take = [&](const std::vector<std::string>& sources) {
    const auto taken = store.take(sources, flags);
    CHECK(taken.err.find("t0ken") == std::string::npos);
    const std::scoped_lock lock(mutex);
    return std::exchange(asked, {});
  };
  using Asked = std::vector<std::string>;
  CHECK(take({"exec: echo one", "exec: printf two"}) == Asked{"GET /t0ken"});
  CHECK(take({"exec: echo one", "exec: false"}) == Asked{"GET /t0ken/fail"});
  CHECK(take({"exec: echo"}) == Asked{"GET /t0ken/fail"});  // much smaller, so suspect
  const auto away = store.command({"exec: echo"}, flags);
  auto words = away.words;
  words.push_back("--to=dir:" + (store / "missing").string());
  CHECK(run({words}, 30s).exit_code == 66);
  const std::scoped_lock lock(mutex);
  CHECK(asked == Asked{"GET /t0ken/fail"});
}

TEST_CASE("hooks and commands get none of our secrets unless that is configured") {
  const BackupStore store;
  TempDir place;
  const auto seen = (place / "seen").string();
  const auto with = [&](const std::vector<std::string>& more) {
    auto flags = more;
    flags.insert(flags.end(), {"--job=data", "--before=sh -c 'env > " + seen + ".before'",
                               "--after=sh -c 'env > " + seen + ".after'"});
    auto command = store.command({"exec: env"}, flags);
    command.environment.insert(command.environment.end(), {{"SIDEKICK_SSH_PASSWORD", "hunter2"},
                                                           {"SIDEKICK_NOTIFY", "http://127.0.0.1:1/hunter2"},
                                                           {"PGPASSWORD", "postgres"}});
    require_success(run(command, 30s));
    return read_file(seen + ".before") + read_file(seen + ".after") +
           sidekick_run({"backup", "fetch", "latest", "--to=" + store.url(), "--plain", "--out=-"}).out;
  };
  const auto usual = with({});
  CHECK(usual.find("hunter2") == std::string::npos);
  CHECK(usual.find("PGPASSWORD=postgres") != std::string::npos);
  CHECK(usual.find("SIDEKICK_BACKUP_RESULT=success") != std::string::npos);
  const auto all = with({"--pass-environment"});
  for (const auto* variable : {"SIDEKICK_SSH_PASSWORD=hunter2", "SIDEKICK_NOTIFY=http://127.0.0.1:1/hunter2"})
    CHECK(all.find(variable) != std::string::npos);
}

TEST_CASE("namespaces of a MongoDB are chosen by patterns") {
  const Replica replica;
  data.load(replica.uri());
  const MongoClient client(replica.uri());
  for (const std::string name : {"orders", "cache_1", "cache_2"})
    client.command("web", R"({"insert":")" + name + R"(","documents":[{"_id":1}]})");
  const BackupStore store;
  require_success(store.take(replica.uri(), {"--nsInclude=web.*", "--nsExclude=web.cache_*", "--job=part"}));
  const auto manifest = store.newest();
  REQUIRE(manifest.at("collections").as_array().size() == 1);
  CHECK(manifest.at("collections").as_array()[0].at("name").as_string() == "web.orders");
  CHECK(manifest.at("oplog") == false);
  CHECK(manifest.at("consistent") == true);
  const Mongod other;
  require_success(restore_latest(store, other.uri()));
  CHECK(integer(other.client().command("web", R"({"count":"orders"})").at("n")) == 1);
  const auto nothing = store.take(replica.uri(), {"--nsInclude=web.*", "--nsInclude=shpo.*", "--job=part"});
  INFO(nothing.describe());
  CHECK(nothing.exit_code == 66);
  CHECK(nothing.err.find("shpo.*") != std::string::npos);
  CHECK(store.take("exec: echo hello", {"--nsExclude=web.*"}).exit_code == 78);
}

TEST_CASE("a schedule runs until SIGTERM") {
  const BackupStore store;
  Child child(store.command({"exec: echo hello"}, {"--every=@every 1s", "--job=data", "--keep=last=2"}));
  REQUIRE(eventually(30s, [&] { return child.err().find("no rule keeps it") != std::string::npos; }));
  CHECK(eventually(30s, [&] { return store.manifests().size() == 2; }));
  child.signal(SIGTERM);
  const auto ended = child.wait(10s);
  INFO(ended.describe());
  CHECK(ended.exit_code == 143);
}

TEST_CASE("a replaced backup drops nothing") {
  const Mongod server;
  data.load(server.uri());
  const BackupStore store;
  require_success(store.take(server.uri()));
  auto bytes = read_file(store / text_of(store.newest(), "name"));
  server.client().command("shop", R"({"insert":"fruits","documents":[{"_id":"new","why":"so that it is larger"}]})");
  require_success(store.take(server.uri()));
  // A frame that zstd skips fills it up: of another size it would count as cut.
  const auto size = std::filesystem::file_size(store / text_of(store.newest(), "name"));
  REQUIRE(size >= bytes.size() + 8);
  const auto skipped = static_cast<char>(size - bytes.size() - 8);
  for (const char byte : {'\x50', '\x2A', '\x4D', '\x18', skipped, '\0', '\0', '\0'}) bytes.push_back(byte);
  bytes.resize(size);
  write_file(store / text_of(store.newest(), "name"), bytes);
  const auto wanted = read_namespaces(server.client());
  const auto refused = restore_latest(store, server.uri());
  INFO(refused.describe());
  CHECK(refused.exit_code == 65);
  CHECK(refused.err.find("sha256") != std::string::npos);
  check_same(wanted, server.client());
}
