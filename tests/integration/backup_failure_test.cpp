// What goes wrong in a backup: nothing half is left, older backups stay, and one line says what it was.
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <csignal>
#include <thread>

#include "tests/support/backup_store.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"
#include "tests/support/ssh_server.hpp"

using namespace sidekick::test;

namespace {

// Writes for ever what is no stream of zeros, so that bytes reach the storage.
const std::string endless = "exec: sh -c 'while :; do head -c 100000 /dev/urandom; done'";

/// True once a part of a backup is in the folder.
bool is_being_written(const BackupStore& store) {
  for (const auto& name : store.files())
    if (name.starts_with(".part-")) return true;
  return false;
}

struct Refusal {
  std::vector<std::string> flags;
  int code;
  std::string says;
};

}  // namespace

TEST_CASE("a failing command leaves older backups unchanged") {
  const BackupStore store;
  REQUIRE(store.take("exec: echo hello", {"--job=data"}).exit_code == 0);
  const auto before = store.files();
  for (const std::string command : {"sh -c 'echo half; exit 3'", "sh -c 'echo half; kill -9 $$'"}) {
    const auto failed = store.take("exec: " + command, {"--job=data"});
    INFO(failed.describe());
    CHECK(failed.exit_code == 74);
    CHECK(error_lines(failed).size() == 1);
    CHECK(store.files() == before);
  }
}

TEST_CASE("SIGTERM during a backup gives 143 within two seconds and leaves no object") {
  const BackupStore store;
  Child child(store.command({endless}));
  REQUIRE(eventually(30s, [&] { return is_being_written(store); }));
  child.signal(SIGTERM);
  const auto ended = child.wait(10s);
  INFO(ended.describe());
  CHECK(ended.exit_code == 143);
  CHECK(store.files().empty());
}

TEST_CASE("the lease of a killed holder expires and its partial object is not a backup") {
  const BackupStore store;
  const std::vector<std::string> flags{"--job=data", "--lease-ends-after=1s"};
  Child child(store.command({endless}, flags));
  REQUIRE(eventually(30s, [&] { return is_being_written(store); }));
  auto impatient = flags;
  impatient.emplace_back("--lease-wait=0s");
  CHECK(store.take("exec: echo hello", impatient).exit_code == 75);
  child.signal(SIGKILL);
  child.wait(10s);
  CHECK(store.manifests().empty());
  const auto taken = store.take("exec: echo hello", flags);
  INFO(taken.describe());
  CHECK(taken.exit_code == 0);
  CHECK(store.manifests().size() == 1);
}

TEST_CASE("a backup that fails for good is not uploaded again by the next container before its time") {
  const BackupStore store;
  const std::vector<std::string> flags{"--job=data"};
  const std::string source = "exec: sh -c 'echo half; exit 127'";
  CHECK(store.take(source, flags).exit_code == 74);
  const auto again = store.take(source, flags);
  INFO(again.describe());
  CHECK(again.exit_code == 74);
  CHECK(again.err.find("the last one failed") != std::string::npos);
  CHECK(store.take(source, {"--job=data", "--min-interval=0s"}).err.find("the last one failed") == std::string::npos);
}

TEST_CASE("invalid input to a backup is reported in one line with its code before anything changes") {
  TempDir place;
  write_file(place / "page", "hello");
  std::filesystem::create_directory(place / "empty");
  const auto source = "--from=dir:" + place.path().string();
  const std::vector<Refusal> refusals{
      {{source, "--every=61 3 * * *"}, 64, "minute '61': not within 0 to 59"},
      {{source, "--every=0 25 * *"}, 64, "4 fields instead of 5"},
      {{source, "--keep=last=0"}, 64, "it keeps nothing"},
      {{source, "--keep=lst=3"}, 64, "rule 'lst=3': unknown"},
      {{source, "--recipient=age1foo"}, 64, "age1foo"},
      {{"--from=foo://u:hunter2@x"}, 64, "not a valid source"},
      {{"--from=mongodb://"}, 64, "--from is not a valid connection string"},
      {{}, 78, "no source is given"},
      {{source, source}, 78, "two sources"},
      {{source, "--job=a b"}, 78, "a b"},
      {{source, "--job=a", "--job=b"}, 78, "job names"},
      {{source, "--prove=most"}, 64, "not one of"},
      {{source, "--prove=restored"}, 78, "--scratch-uri"},
      {{source, "--max-shrink=200"}, 64, "percentage"},
      {{source, "--now"}, 78, "--now needs --every"},
      {{source, "--every=@daily", "--one-time"}, 78, "exclude each other"},
      {{source, "--identity-file=/no/such/file"}, 66, "/no/such/file"},
      {{source, "lits"}, 64, "lits"},
      {{source, "--to=ftp://x"}, 78, "ftp://x"},
      {{source, "--to=dir:" + place.path().string() + "/in"}, 78, "lies in the folder that is backed up"},
  };
  const BackupStore store;
  for (const auto& refusal : refusals) {
    const auto refused = run(store.command({}, refusal.flags), 30s);
    INFO(refused.describe());
    CHECK(refused.exit_code == refusal.code);
    CHECK(error_lines(refused).size() == 1);
    CHECK(refused.err.find(refusal.says) != std::string::npos);
    CHECK(refused.err.find("hunter2") == std::string::npos);
    CHECK(store.files().empty());
  }
}

TEST_CASE("an empty or missing source and a missing storage are no_input") {
  TempDir place;
  const BackupStore store;
  CHECK(store.take("dir:" + place.path().string(), {"--job=data"}).exit_code == 66);
  CHECK(store.take("dir:" + place.path().string() + "/none", {"--job=data"}).exit_code == 66);
  CHECK(store.take("dir:" + place.path().string(), {"--to=dir:/no/such/folder"}).exit_code == 66);
  CHECK(store.manifests().empty());
  CHECK(store.take("dir:" + place.path().string(), {"--job=data", "--allow-empty"}).exit_code == 0);
}

TEST_CASE("a backup to S3 is restored from there") {
  const S3Server storage;
  const Mongod server;
  server.client().command("shop", R"({"insert":"fruits","documents":[{"_id":1},{"_id":2}]})");
  const BackupStore keys;
  write_file(keys / "secret", S3Server::secret_key() + "\n");
  const std::vector<std::string> access{"--s3-endpoint=" + storage.endpoint(),
                                        "--s3-access-key=" + S3Server::access_key(),
                                        "--s3-secret-key-file=" + (keys / "secret").string()};
  std::vector<std::string> words{"backup", "--from=" + server.uri(), "--to=s3://bucket/nightly", "--prove=read"};
  words.insert(words.end(), access.begin(), access.end());
  const auto taken = sidekick_run(words);
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  server.client().command("shop", R"({"dropDatabase":1})");
  std::vector<std::string> flags{"--uri=" + server.uri(), "--from=s3://bucket/nightly/latest"};
  flags.insert(flags.end(), access.begin(), access.end());
  const auto restored = restore(flags);
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  CHECK(integer(server.client().command("shop", R"({"count":"fruits"})").at("n")) == 2);
  words.emplace_back("--s3-access-key=stranger");
  words.emplace_back("--retries=0");
  const auto denied = sidekick_run(words);
  INFO(denied.describe());
  CHECK(denied.exit_code == 77);
}

TEST_CASE("a backup over SFTP is restored from there") {
  const SshServer storage;
  const TempDir folder;
  const Mongod server;
  server.client().command("shop", R"({"insert":"fruits","documents":[{"_id":1},{"_id":2}]})");
  const auto url = storage.sftp_url(folder.path());
  const std::vector<std::string> access{"--ssh-key-file=" + storage.client_key().string(),
                                        "--ssh-known-hosts-file=" + storage.known_hosts().string()};
  std::vector<std::string> words{"backup", "--from=" + server.uri(), "--to=" + url, "--prove=read"};
  words.insert(words.end(), access.begin(), access.end());
  const auto taken = sidekick_run(words);
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  server.client().command("shop", R"({"dropDatabase":1})");
  std::vector<std::string> flags{"--uri=" + server.uri(), "--from=" + url + "/latest"};
  flags.insert(flags.end(), access.begin(), access.end());
  const auto restored = restore(flags);
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  CHECK(integer(server.client().command("shop", R"({"count":"fruits"})").at("n")) == 2);
}

TEST_CASE("an empty server is an error unless that is allowed") {
  const Mongod server;
  const BackupStore store;
  const auto refused = store.take(server.uri(), {"--job=data"});
  INFO(refused.describe());
  CHECK(refused.exit_code == 66);
  CHECK(store.files().empty());
  CHECK(store.take(server.uri(), {"--job=data", "--allow-empty"}).exit_code == 0);
}

TEST_CASE("an unreadable manifest does not prevent a new backup") {
  const BackupStore store;
  REQUIRE(store.take("exec: echo hello", {"--job=data"}).exit_code == 0);
  const auto newer = text_of(store.newest(), "name") + ".json";
  auto text = read_file(store / newer);
  text.replace(text.find("\"version\": 1"), 12, "\"version\": 9");
  write_file(store / newer, text);
  const auto taken = store.take("exec: echo hello again", {"--job=data", "--keep=last=1"});
  INFO(taken.describe());
  CHECK(taken.exit_code == 0);
  CHECK(taken.err.find("has version 9") != std::string::npos);
  CHECK(store.manifests().size() == 2);
}

TEST_CASE("a backup that takes longer than its server keeps history is taken without a snapshot") {
  const SingleSet set("6.0.5", {"--setParameter", "minSnapshotHistoryWindowInSeconds=0"});
  DataSet(7, "shop", {{.name = "orders", .documents = 200, .document_bytes = 10'000}}).load(set.uri());
  slow_down(set.client(), 1'500ms);
  const BackupStore store;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    const MongoClient client(set.uri());
    for (int n = 0; !stop; n++)
      client.command("other", R"({"insert":"log","documents":[{"_id":)" + std::to_string(n) + "}]}");
  });
  const auto taken =
      store.take(std::string(set.uri()).replace(set.uri().find('?'), 0, "shop"), {"--job=data", "--retries=3"});
  stop = true;
  writer.join();
  INFO(taken.describe());
  CHECK(taken.exit_code == 0);
  CHECK(taken.err.find("uses no snapshot") != std::string::npos);
  CHECK(store.newest().at("consistent") == false);
  CHECK(store.newest().at("items") == 200);
}
