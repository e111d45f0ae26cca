// `sidekick seed` that is killed, stopped, overtaken or run many times at once.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <csignal>

#include "tests/support/eventually.hpp"
#include "tests/support/guarded_mongod.hpp"
#include "tests/support/seeding.hpp"
#include "tests/support/slow_dump.hpp"

using namespace sidekick::test;

namespace {

/// Makes each of those commands wait for that long before it is executed; let_run() returns when all are.
void block(const MongoClient& client, const std::string& command, std::chrono::milliseconds time = 5s) {
  client.command("admin", R"({"configureFailPoint":"failCommand","mode":"alwaysOn","data":{"failCommands":[")" +
                              command + R"("],"blockConnection":true,"blockTimeMS":)" + std::to_string(time.count()) +
                              "}}");
}

bool is_seeded(const Finished& finished) {
  return finished.exit_code == 0 && (says(finished, "seeded 5 documents") || says(finished, "already seeded"));
}

}  // namespace

TEST_CASE("a seed that is killed while it builds leaves the target untouched, and the next one removes what it built") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  block(client, "createIndexes");
  Child killed(seed_command(server.uri(), {"--lease=1s", archive}));
  REQUIRE(eventually(30s, [&] { return staging(client).size() == 2; }));
  killed.signal(SIGKILL);
  killed.wait(10s);
  let_run(client);
  CHECK_FALSE(has_collection(client, "shop", "fruits"));
  CHECK(ledger_state(client) == "staging");

  const auto next = seed(server.uri(), {archive});
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  CHECK(says(next, "waiting for the lease"));
  CHECK(edition(client) == "one");
  CHECK(staging(client).empty());
}

TEST_CASE("SIGTERM before the plan is written ends a seed with 143, and nothing is left") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  block(client, "createIndexes");
  Child stopped(seed_command(server.uri(), {"--lease=1s", archive}));
  REQUIRE(eventually(30s, [&] { return staging(client).size() == 2; }));
  stopped.signal(SIGTERM);
  const auto finished = stopped.wait(10s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 143);
  CHECK(staging(client).empty());
  CHECK_FALSE(has_collection(client, "shop", "fruits"));

  let_run(client);
  const auto next = seed(server.uri(), {archive});
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  CHECK_FALSE(says(next, "waiting for the lease"));
}

TEST_CASE("a plan that is written is completed by whoever comes next, also with another content") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  block(client, "renameCollection");
  Child killed(seed_command(server.uri(), {"--lease=1s", shop_archive(folder, {})}));
  REQUIRE(eventually(30s, [&] { return ledger_state(client) == "planned"; }));
  killed.signal(SIGKILL);
  killed.wait(10s);
  let_run(client);

  const auto next = seed(server.uri(), {shop_archive(folder, {.edition = "two"})});
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  CHECK(says(next, "another content is in place, and stays"));
  CHECK(edition(client) == "one");
  CHECK(ledger_state(client) == "done");
  CHECK(staging(client).empty());
}

TEST_CASE("SIGTERM after the plan is written lets a seed complete it") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  block(client, "renameCollection", 2s);
  Child stopped(seed_command(server.uri(), {"--lease=1s", shop_archive(folder, {})}));
  REQUIRE(eventually(30s, [&] { return ledger_state(client) == "planned"; }));
  stopped.signal(SIGTERM);
  let_run(client);
  const auto finished = stopped.wait(10s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(edition(client) == "one");
  CHECK(ledger_state(client) == "done");
}

TEST_CASE("a plan stops where another process took a name, and goes on when it is free") {
  const std::string version = GENERATE("4.4.2", "6.0.5");
  const Mongod server({.version = version, .flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  block(client, "renameCollection");
  Child killed(seed_command(server.uri(), {"--lease=1s", archive}));
  REQUIRE(eventually(30s, [&] { return ledger_state(client) == "planned"; }));
  killed.signal(SIGKILL);
  killed.wait(10s);
  let_run(client);
  client.command("shop", R"({"insert":"orders","documents":[{"_id":"of the application"}]})");

  const auto refused = seed(server.uri(), {archive, "--existing=replace"});
  INFO(refused.describe());
  CHECK(refused.exit_code == 65);
  CHECK(says(refused, "cannot complete the plan of seed 'default': another process changed shop.orders"));
  CHECK(integer(client.command("shop", R"({"count":"orders"})").at("n")) == 1);
  client.command("shop", R"({"drop":"orders"})");
  CHECK(seed(server.uri(), {archive}).exit_code == 0);
  CHECK(edition(client) == "one");
}

TEST_CASE("of many replicas one seeds, and all end with 0") {
  const SingleSet set;
  const TempDir folder;
  const auto archive = shop_archive(folder, {.orders = 2});
  std::vector<std::unique_ptr<Child>> replicas;
  for (int i = 0; i < 4; i++)
    replicas.push_back(std::make_unique<Child>(seed_command(set.uri(), {"--lease=1s", archive})));
  int seeders = 0;
  for (const auto& replica : replicas) {
    const auto finished = replica->wait(60s);
    INFO(finished.describe());
    CHECK(is_seeded(finished));
    seeders += says(finished, "seeded 5 documents");
  }
  CHECK(seeders == 1);
  CHECK(edition(set.client()) == "one");
  CHECK(staging(set.client()).empty());
}

TEST_CASE("a holder that slept past its lease changes nothing of its successor's work") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  block(client, "createIndexes");
  Child sleeper(seed_command(server.uri(), {"--lease=1s", archive}));
  REQUIRE(eventually(30s, [&] { return staging(client).size() == 2; }));
  sleeper.signal(SIGSTOP);
  let_run(client);
  const auto next = seed(server.uri(), {archive});
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  client.command("shop", R"({"insert":"orders","documents":[{"_id":"of the application"}]})");
  sleeper.signal(SIGCONT);
  const auto finished = sleeper.wait(60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(says(finished, "already seeded"));
  CHECK(integer(client.command("shop", R"({"count":"orders"})").at("n")) == 3);
  CHECK(staging(client).empty());
}

TEST_CASE("a dump has the ledger, and not what a seed is building") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  block(client, "createIndexes");
  Child killed(seed_command(server.uri(), {"--lease=1s", shop_archive(folder, {})}));
  REQUIRE(eventually(30s, [&] { return staging(client).size() == 2; }));
  killed.signal(SIGKILL);
  killed.wait(10s);
  let_run(client);
  client.command("shop", R"({"insert":"people","documents":[{"_id":1}]})");
  const auto dump = (folder / "all.archive").string();
  REQUIRE(sidekick_run({"dump", "--uri=" + server.uri(), "--archive=" + dump}).exit_code == 0);

  const Mongod other;
  REQUIRE(restore({"--uri=" + other.uri(), "--archive=" + dump}).exit_code == 0);
  CHECK(has_collection(other.client(), "shop", "people"));
  CHECK(staging(other.client()).empty());
  CHECK(ledger_state(other.client()) == "staging");
  // What was unfinished there is void here.
  CHECK(seed(other.uri(), {shop_archive(folder, {})}).exit_code == 0);
  CHECK(edition(other.client()) == "one");
}

TEST_CASE("seed forget refuses while a process works, and gives up the plan of a dead one") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const TempDir folder;
  const auto archive = shop_archive(folder, {});
  const std::vector<std::string> forget{"seed", "forget", "default", "--uri=" + server.uri()};
  block(client, "renameCollection");
  Child worker(seed_command(server.uri(), {"--lease=1s", archive}));
  REQUIRE(eventually(30s, [&] { return ledger_state(client) == "planned"; }));
  const auto refused = sidekick_run(forget);
  INFO(refused.describe());
  CHECK(refused.exit_code == 75);
  CHECK(ledger_state(client) == "planned");

  worker.signal(SIGKILL);
  worker.wait(10s);
  let_run(client);
  const auto forgot = sidekick_run(forget);
  INFO(forgot.describe());
  CHECK(forgot.exit_code == 0);
  CHECK(ledger_state(client) == "forgotten");
  CHECK(staging(client).empty());
  // The server may have executed the last command of the dead process.
  const auto next = seed(server.uri(), {archive, "--existing=replace"});
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  CHECK(edition(client) == "one");
}
