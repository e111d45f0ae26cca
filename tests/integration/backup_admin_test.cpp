// The commands about stored backups, over folders whose backups the tests make themselves.
#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>

#include "storage/open_storage.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/stored_backup.hpp"
#include "tests/support/tcp_server.hpp"

using namespace sidekick;
using namespace sidekick::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

storage::WallTime now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

class Shelf {
 public:
  fs::path folder() const { return home_ / "backups"; }
  fs::path place(const std::string& name) const { return home_.path() / name; }

  Shelf() { fs::create_directory(folder()); }

  std::string put(StoredBackup backup) const { return store(folder(), backup); }

  /// As a user in the container of the service: where the backups are is in the environment.
  Finished backup(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> more = {}) const {
    Command command{.words = {sidekick_binary(), "backup"}, .folder = home_.path()};
    command.words.insert(command.words.end(), words.begin(), words.end());
    command.environment = {{"SIDEKICK_TO", "dir:" + folder().string()},
                           {"SIDEKICK_FROM", "mongodb://mongo/shop"},
                           {"SIDEKICK_EVERY", "@daily"},
                           {"SIDEKICK_LOG_FORMAT", "json"}};
    command.environment.insert(command.environment.end(), more.begin(), more.end());
    return run(command, 60s);
  }

  std::set<std::string> files() const {
    std::set<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder())) {
      const auto name = entry.path().filename().string();
      if (name.find(".lease-") == std::string::npos) out.insert(name);
    }
    return out;
  }

 private:
  TempDir home_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Of the processor: others share the machine. Without optimisation it takes several times as long.
#ifdef NDEBUG
constexpr auto limit = 2s;
#else
constexpr auto limit = 8s;
#endif

std::set<std::string> with_manifests(std::initializer_list<std::string> names) {
  std::set<std::string> out;
  for (const auto& name : names) out.insert({name, name + ".json"});
  return out;
}

}  // namespace

TEST_CASE("Backups are listed oldest first with age and size and proof in the zone of the user") {
  const Shelf shelf;
  const auto taken = storage::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 3 / 29)) + 1h;
  const auto newer = shelf.put({.time = now() - 3h, .standing = StoredBackup::Standing::suspect});
  const auto older = shelf.put({.time = taken, .proof = storage::Proof::restored});
  const auto listed = shelf.backup({"list"}, {{"TZ", "Europe/Berlin"}});
  INFO(listed.describe());
  REQUIRE(listed.exit_code == 0);
  CHECK(listed.err.empty());
  CHECK(listed.out.find(older) < listed.out.find(newer));
  CHECK(has(listed.out, older + "  2026-03-29 03:00:00 +02:00"));
  CHECK(has(listed.out, "  3h  "));
  CHECK(has(listed.out, "restored\n"));
  CHECK(has(listed.out, "stored, suspect\n"));
}

TEST_CASE("A JSON list has the manifests of all jobs or of the given one") {
  const Shelf shelf;
  const auto shop = shelf.put({.time = now()}), other = shelf.put({.time = now() - 1h, .job = "shop-2"});
  const auto all = json::parse(shelf.backup({"list", "--json"}).out).as_array();
  REQUIRE(all.size() == 2);
  CHECK(all[0].at("name").as_string() == other);
  CHECK(all[1].at("sha256").as_string() == sha256_of(read_file(shelf.folder() / shop)));
  const auto one = json::parse(shelf.backup({"list", "--json", "--job=shop"}).out).as_array();
  REQUIRE(one.size() == 1);
  CHECK(one[0].at("name").as_string() == shop);
}

TEST_CASE("A missing, truncated or unreadable backup is listed and does not count") {
  const Shelf shelf;
  const auto real = shelf.put({.time = now() - 4h});
  const auto cut = shelf.put({.time = now() - 3h}), gone = shelf.put({.time = now() - 2h});
  const auto damaged = shelf.put({.time = now() - 1h});
  fs::resize_file(shelf.folder() / cut, 3);
  fs::remove(shelf.folder() / gone);
  write_file(shelf.folder() / (damaged + ".json"), "{");
  const auto listed = shelf.backup({"list"});
  INFO(listed.describe());
  REQUIRE(listed.exit_code == 0);
  CHECK(has(listed.out, real));
  CHECK(has(listed.out, "stored, 3 of "));
  CHECK(has(listed.out, "stored, missing\n"));
  CHECK(has(listed.out, "unreadable: manifest '" + damaged + ".json' cannot be read"));
  const auto all = json::parse(shelf.backup({"list", "--json"}).out).as_array();
  REQUIRE(all.size() == 4);
  CHECK(all[0].at("presence").as_string() == "whole");
  CHECK(all[1].at("presence").as_string() == "wrong size");
  CHECK(all[2].at("presence").as_string() == "missing");
  CHECK(all[3].at("presence").as_string() == "unreadable");
  CHECK(all[3].at("name").as_string() == damaged);
  CHECK(shelf.backup({"show", "latest"}).exit_code == 65);
  CHECK(has(shelf.backup({"show", gone}).out, "in the storage: missing\n"));
  CHECK(shelf.backup({"fetch", gone}).exit_code == 66);
  CHECK(shelf.backup({"fetch", cut}).exit_code == 65);
  const auto pruned = shelf.backup({"prune", "--keep=last=1"});
  INFO(pruned.describe());
  CHECK(pruned.exit_code == 65);
  CHECK(fs::exists(shelf.folder() / real));
  fs::remove(shelf.folder() / damaged);
  fs::remove(shelf.folder() / cut);
  CHECK(has(shelf.backup({"show", "latest"}).out, real));
}

TEST_CASE("An empty list succeeds and logs that there is no backup") {
  const Shelf shelf;
  const auto listed = shelf.backup({"list"});
  INFO(listed.describe());
  CHECK(listed.exit_code == 0);
  CHECK(listed.out.empty());
  CHECK(has(listed.err, "there is no backup"));
  CHECK(json::parse(shelf.backup({"list", "--json"}).out).as_array().empty());
}

TEST_CASE("A missing or unnamed storage is a clear error") {
  const Shelf shelf;
  const auto missing = shelf.backup({"list", "--to=dir:" + shelf.place("nowhere").string()});
  CHECK(missing.exit_code == 66);
  CHECK(run({.words = {sidekick_binary(), "backup", "list"}}, 60s).exit_code == 64);
  CHECK(shelf.backup({"list", "extra"}).exit_code == 64);
  CHECK(shelf.backup({"list", "--keep=last=1"}).exit_code == 64);
  CHECK(shelf.backup({"list"}, {{"TZ", "Europe/Berln"}}).exit_code == 78);
  const auto help = shelf.backup({"prune", "--help"});
  CHECK(help.exit_code == 0);
  CHECK(has(help.out, "sidekick backup prune"));
}

TEST_CASE("A backup is shown by its name or as the latest good one") {
  const Shelf shelf;
  const auto good = shelf.put({.time = now() - 2h});
  const auto shrunken = shelf.put({.time = now() - 1h, .standing = StoredBackup::Standing::suspect});
  const auto latest = shelf.backup({"show", "latest"});
  INFO(latest.describe());
  REQUIRE(latest.exit_code == 0);
  CHECK(has(latest.out, good));
  CHECK(has(latest.out, "3 documents in 1 collection"));
  const auto named = json::parse(shelf.backup({"show", shrunken, "--json"}).out);
  CHECK(named.at("suspect").as_bool());
  auto wrong = good;
  wrong[wrong.find('.') - 1] ^= 1;
  const auto refused = shelf.backup({"show", wrong});
  CHECK(refused.exit_code == 66);
  CHECK(has(refused.err, "did you mean '" + good + "'?"));
  CHECK(shelf.backup({"show"}).exit_code == 64);
}

TEST_CASE("A backup is fetched as it is stored or as it was") {
  const Shelf shelf;
  const auto name = shelf.put({.time = now(), .plain = std::string(300'000, 'x') + "end"});
  const auto fetched = shelf.backup({"fetch", "latest"});
  INFO(fetched.describe());
  REQUIRE(fetched.exit_code == 0);
  CHECK(fetched.out == name + "\n");
  CHECK(read_file(shelf.place(name)) == read_file(shelf.folder() / name));
  const auto plain_name = name.substr(0, name.size() - 4);
  const auto plain = json::parse(shelf.backup({"fetch", name, "--plain", "--json"}).out);
  CHECK(plain.at("out").as_string() == plain_name);
  CHECK(read_file(shelf.place(plain_name)) == std::string(300'000, 'x') + "end");
  CHECK(shelf.backup({"fetch", name, "--plain", "--out", "-"}).out == std::string(300'000, 'x') + "end");
  CHECK(shelf.backup({"fetch", name, "--out", "copy"}).exit_code == 0);
  CHECK(fs::file_size(shelf.place("copy")) == fs::file_size(shelf.folder() / name));
}

TEST_CASE("A damaged backup is not fetched and the existing file stays") {
  const Shelf shelf;
  const auto name = shelf.put({.time = now()});
  auto bytes = read_file(shelf.folder() / name);
  for (const auto& damaged : {bytes.substr(0, bytes.size() - 1), bytes + "x", std::string(bytes).replace(9, 1, "!")}) {
    write_file(shelf.folder() / name, damaged);
    write_file(shelf.place("copy"), "before");
    for (const auto* how : {"--plain=false", "--plain"}) {
      const auto refused = shelf.backup({"fetch", name, "--out=copy", how});
      INFO(refused.describe());
      CHECK(refused.exit_code == 65);
      CHECK(read_file(shelf.place("copy")) == "before");
    }
  }
}

TEST_CASE("Pruning prints each decision and removes what no rule keeps") {
  const Shelf shelf;
  const auto oldest = shelf.put({.time = now() - 72h}), middle = shelf.put({.time = now() - 48h}),
             newest = shelf.put({.time = now() - 24h});
  const auto before = shelf.files();
  const auto rehearsed = shelf.backup({"prune", "--keep=last=2", "--dry-run"});
  INFO(rehearsed.describe());
  REQUIRE(rehearsed.exit_code == 0);
  CHECK(has(rehearsed.out, "no rule keeps it"));
  CHECK(shelf.files() == before);
  const auto pruned = shelf.backup({"prune", "--json"}, {{"SIDEKICK_KEEP", "last=2"}});
  REQUIRE(pruned.exit_code == 0);
  const auto decisions = json::parse(pruned.out).at("decisions").as_array();
  REQUIRE(decisions.size() == 3);
  CHECK(decisions[0].at("name").as_string() == newest);
  CHECK(decisions[0].at("reasons").as_array()[0].as_string() == "last 1");
  CHECK(decisions[2].at("name").as_string() == oldest);
  CHECK(decisions[2].at("decision").as_string() == "remove");
  CHECK(shelf.files() == with_manifests({middle, newest}));
  CHECK(shelf.backup({"prune"}).exit_code == 0);  // no rules: nothing goes
  CHECK(shelf.files().size() == 4);
}

TEST_CASE("Six months are six months of the calendar") {
  const Shelf shelf;
  for (const auto days : {100, 60, 30, 10, 1, 0}) shelf.put({.time = now() - 24h * days});
  const auto pruned = shelf.backup({"prune", "--keep=within=6m", "--dry-run", "--json"});
  INFO(pruned.describe());
  REQUIRE(pruned.exit_code == 0);
  const auto decisions = json::parse(pruned.out).at("decisions").as_array();
  REQUIRE(decisions.size() == 6);
  for (const auto& decision : decisions) CHECK(decision.at("decision").as_string() == "keep");
  const auto refused = shelf.backup({"prune", "--keep=within=6min"});
  CHECK(refused.exit_code == 64);
  CHECK(has(refused.err, "m is months"));
}

TEST_CASE("Pruning one job leaves another with a common name prefix") {
  const Shelf shelf;
  const auto mine = shelf.put({.time = now() - 1h});
  shelf.put({.time = now() - 2h});
  const auto other = shelf.put({.time = now() - 3h, .job = "shop-2"}),
             another = shelf.put({.time = now() - 4h, .job = "shop-2"});
  const auto refused = shelf.backup({"prune", "--keep=last=1"});
  CHECK(refused.exit_code == 78);
  CHECK(has(refused.err, "shop, shop-2"));
  CHECK(shelf.files().size() == 8);
  CHECK(shelf.backup({"prune", "--keep=last=1", "--job=shop"}).exit_code == 0);
  CHECK(shelf.files() == with_manifests({mine, other, another}));
}

TEST_CASE("Retention pauses until a suspect backup is accepted") {
  const Shelf shelf;
  const auto good = shelf.put({.time = now() - 2h});
  shelf.put({.time = now() - 3h});
  const auto shrunken = shelf.put({.time = now() - 1h, .standing = StoredBackup::Standing::suspect});
  const auto still = shelf.backup({"prune", "--keep=last=1"});
  INFO(still.describe());
  CHECK(still.exit_code == 0);
  CHECK(has(still.err, "retention is stalled"));
  CHECK(has(still.out, "backup accept " + shrunken));
  CHECK(shelf.files().size() == 6);
  CHECK(shelf.backup({"accept", "latest"}).exit_code == 64);
  CHECK(shelf.backup({"accept", shrunken}).exit_code == 0);
  CHECK(has(shelf.backup({"accept", good}).err, "was not suspect"));
  CHECK(shelf.backup({"prune", "--keep=last=1"}).exit_code == 0);
  CHECK(shelf.files() == with_manifests({shrunken}));
}

TEST_CASE("Wrong rules remove nothing and name what is wrong") {
  const Shelf shelf;
  shelf.put({.time = now() - 2h});
  for (const auto* keep : {"--keep=last=0", "--keep=dayly=7", "--keep=last=-1"}) {
    const auto refused = shelf.backup({"prune", keep});
    CHECK(refused.exit_code == 64);
    CHECK(has(refused.err, "--keep: rule"));
  }
  CHECK(shelf.files().size() == 2);
}

TEST_CASE("Nothing is pruned while another process holds the lease") {
  const Shelf shelf;
  shelf.put({.time = now() - 2h});
  shelf.put({.time = now() - 1h});
  write_file(shelf.folder() / "shop.lease-0000000001", "held by somebody\ntoken x\nends after seconds 60\n");
  const auto refused = shelf.backup({"prune", "--keep=last=1", "--lease-wait=0s"});
  INFO(refused.describe());
  CHECK(refused.exit_code == 75);
  CHECK(shelf.files().size() == 4);
  CHECK(shelf.backup({"prune", "--keep=last=1", "--dry-run"}).exit_code == 0);
}

TEST_CASE("Ten thousand backups are listed and pruned in under two seconds") {
  const Shelf shelf;
  const auto bytes = zstd_of(StoredBackup{}.plain);
  const auto newest = now();
  for (int i = 0; i < 10'000; i++) store(shelf.folder(), {.time = newest - i * 1h}, bytes);
  const auto listed = shelf.backup({"list"});
  INFO(listed.wall.count() << " s to list, " << listed.cpu.count() << " s of CPU");
  CHECK(std::ranges::count(listed.out, '\n') == 10'001);
  CHECK(listed.cpu < limit);
  const auto pruned = shelf.backup({"prune", "--keep=last=7,daily=7,weekly=4,monthly=12"});
  INFO(pruned.wall.count() << " s to prune, " << pruned.cpu.count() << " s of CPU");
  CHECK(pruned.exit_code == 0);
  CHECK(pruned.cpu < limit);
  CHECK(shelf.files().size() < 80);
}

TEST_CASE("A storage that sends a byte now and then does not block a command for ever") {
  TcpServer server([](TcpPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.is_open_after(100ms)) peer.send("<");
  });
  const Shelf shelf;
  const auto name = storage::new_backup_name("shop", now(), "mongodb.archive.zst").text();
  const std::vector<std::vector<std::string>> commands{
      {"list", "--timeout=1s"},         {"show", "latest", "--timeout=1s"},  {"prune", "--keep=last=1", "--timeout=1s"},
      {"accept", name, "--timeout=1s"}, {"fetch", "latest", "--timeout=1s"}, {"fetch", name, "--stall-timeout=1s"}};
  for (auto words : commands) {
    words.insert(words.end(),
                 {"--to=s3://bucket/x", "--s3-endpoint=" + server.url(""), "--s3-access-key=a", "--s3-secret-key=b"});
    const auto finished = shelf.backup(words);
    INFO(finished.describe());
    CHECK(finished.exit_code == 124);
    CHECK(error_lines(finished).size() == 1);
  }
}

TEST_CASE("Control characters of a manifest do not reach the terminal") {
  const Shelf shelf;
  const auto name = shelf.put({.time = now(),
                               .source = "mongodb://\x1b]0;owned\x07\xc2\x9b"
                                         "31m/shop"});
  for (const auto& words : {std::vector<std::string>{"show", name}, {"show", name, "--json"}, {"list", "--json"}}) {
    const auto shown = shelf.backup(words);
    INFO(shown.describe());
    CHECK(shown.exit_code == 0);
    CHECK(shown.out.find_first_of("\x1b\x07") == std::string::npos);
    CHECK(shown.out.find("\xc2\x9b") == std::string::npos);
  }
}
