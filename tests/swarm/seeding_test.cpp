// What becomes of a loader's task on a real swarm.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/server_state.hpp"
#include "tests/swarm/stack.hpp"

using namespace sidekick::test;

namespace {

const std::string example = SIDEKICK_SOURCE_DIR "/examples/swarm-seed/";
const std::string seed_stack = "../../../examples/swarm-seed/stack.yml";
const std::string seed_dnsrr = "../../../examples/swarm-seed/no-ipvs.yml";

std::size_t fruits(const MongoClient& client, const std::string& db) {
  return client.documents(db, {{"find", "fruits"}}).size();
}

/// A loader whose tasks are told apart by their containers, since a swarm forgets old ones.
class Loader final {
 public:
  explicit Loader(const Stack& stack) : stack_(stack) {}

  /// Waits for the end of a task that is not the last one seen.
  void check_another_task() {
    const bool another = eventually(90s, [&] {
      const auto task = stack_.tasks("mongoloader").front();
      return task.state == "complete" && task.container != last_;
    });
    INFO(stack_.describe("mongoloader"));
    REQUIRE(another);
    last_ = stack_.tasks("mongoloader").front().container;
  }

  /// How its last update ended; empty where the swarm does not tell.
  std::string update_state() const {
    std::string state;
    eventually(30s, [&] {
      state = docker({"service", "inspect", "--format", "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}",
                      stack_.service("mongoloader")});
      return state != "updating\n";
    });
    return state;
  }

 private:
  const Stack& stack_;
  std::string last_;
};

// One task that ended well and is not to be started again.
void check_complete(const Stack& stack, const std::string& service) {
  const bool complete = stack.reaches(service, "complete");
  INFO(stack.describe(service));
  REQUIRE(complete);
  CHECK(eventually(10s, [&] { return stack.tasks(service).front().desired == "shutdown"; }));
  CHECK(stack.tasks(service).front().exit_code == 0);
}

}  // namespace

TEST_CASE("The stack of the article ends complete, and the database holds three fruits") {
  need_swarm();
  need_image("mongo");
  const Stack stack("article");
  const auto deployed = run(
      {{example + "deploy.sh", "-c", example + "no-ipvs.yml"}, {{"STACK", stack.name()}, {"SECONDS_TO_WAIT", "120"}}},
      180s);
  INFO(deployed.describe());
  REQUIRE(deployed.exit_code == 0);
  check_complete(stack, "mongoloader");
  CHECK(stack.tasks("mongoloader").size() == 1);
  CHECK(fruits(stack.database(), "shop") == 3);
}

TEST_CASE("A loader that is complete runs again after each change of its service, and no update of it has failed") {
  need_swarm();
  need_image("mongo");
  const Stack stack("changed");
  const auto service = stack.service("mongoloader");
  stack.deploy({seed_stack, seed_dnsrr});
  Loader loader(stack);
  loader.check_another_task();
  stack.deploy({seed_stack, seed_dnsrr});
  docker({"service", "update", "--detach", "--env-add", "CHANGED=1", service});
  loader.check_another_task();
  CHECK(stack.tasks("mongoloader").size() == 2);  // deploying the same once more started none
  CHECK(loader.update_state() != "paused\n");
  docker({"service", "update", "--detach", "--force", service});
  loader.check_another_task();
  CHECK(loader.update_state() != "paused\n");
  docker({"service", "rollback", "--detach", service});
  loader.check_another_task();
  CHECK(loader.update_state() != "rollback_paused\n");
  docker({"service", "scale", "--detach", service + "=0"});
  docker({"service", "scale", "--detach", service + "=1"});
  loader.check_another_task();
}

TEST_CASE("A loader that starts before its database waits for it in one task") {
  need_swarm();
  need_image("mongo");
  const Stack stack("early");
  stack.deploy({seed_stack, seed_dnsrr, "no-database.yml"});
  const bool waits = eventually(60s, [&] { return stack.log("mongoloader").find("retrying") != std::string::npos; });
  INFO(stack.describe("mongoloader"));
  REQUIRE(waits);
  CHECK(stack.log("mongoloader").find("mongo") != std::string::npos);
  CHECK(stack.tasks("mongoloader").front().state == "running");
  docker({"service", "scale", "--detach", stack.service("mongo") + "=1"});
  check_complete(stack, "mongoloader");
  CHECK(stack.tasks("mongoloader").size() == 1);
  CHECK(fruits(stack.database(), "shop") == 3);
}

TEST_CASE("The archive comes as a config and the password as a secret, to a task that may do nothing else") {
  need_swarm();
  need_mongo_with_users();
  const Stack stack("secret");
  stack.deploy({"secret.yml"});
  check_complete(stack, "loader");
  CHECK(stack.log("loader").find(seeder_password()) == std::string::npos);
  CHECK(fruits(stack.database("seeder:a%20pass%40word%2Fof%3Aa%20seeder@"), "shop") == 3);
}

TEST_CASE("A wrong password is told in the log, and with --park one task stays instead of a loop") {
  need_swarm();
  need_mongo_with_users();
  const Stack stack("denied");
  stack.deploy({"wrong-password.yml"});

  // As long as it takes one service to come round three times, the other two had the time to.
  const bool thrice = eventually(180s, [&] { return stack.tasks("loop").size() >= 3; });
  INFO(stack.describe("loop"));
  REQUIRE(thrice);
  const auto ended = stack.tasks("loop").back();
  CHECK(ended.state == "failed");
  CHECK(ended.exit_code == 77);
  CHECK(eventually(30s, [&] { return stack.log("loop").find("uthentication failed") != std::string::npos; }));

  for (const std::string parked : {"parked", "healthy"}) {
    INFO(stack.describe(parked));
    const auto tasks = stack.tasks(parked);
    REQUIRE(tasks.size() == 1);
    CHECK(tasks.front().state == "running");
    const auto is_logged = [&](const char* text) { return stack.log(parked).find(text) != std::string::npos; };
    CHECK(eventually(30s, [&] { return is_logged("uthentication failed") && is_logged("\"parked\":true"); }));
    const auto log = stack.log(parked);
    CHECK(log.find("\"parked\":true") == log.rfind("\"parked\":true"));
  }
  const auto healthy = stack.tasks("healthy").front().container;
  CHECK(docker({"inspect", "--format", "{{.State.Health.Status}}", healthy}) == "healthy\n");

  docker({"stop", stack.tasks("parked").front().container});
  REQUIRE(eventually(60s, [&] { return stack.tasks("parked").size() == 2; }));
  CHECK(stack.tasks("parked").back().exit_code == 77);
}

TEST_CASE("A restore that is stopped in the middle ends with 143, and the next task does it whole") {
  need_swarm();
  need_image("mongo");
  if (!fixtures_folder()) SKIP("needs the fixtures");
  const Stack stack("stopped");
  stack.deploy({"stopped.yml"}, {{"SIDEKICK_FIXTURES", fixtures_folder()->string()}});
  const auto client = stack.database();
  REQUIRE(eventually(60s, [&] { return integer(client.command("wide", R"({"dbStats":1})").at("objects")) > 0; }));
  const auto first = stack.tasks("loader").front();
  REQUIRE(first.state == "running");
  docker({"stop", first.container});
  const bool again = eventually(60s, [&] { return stack.tasks("loader").size() == 2; });
  INFO(stack.describe("loader"));
  REQUIRE(again);
  CHECK(stack.tasks("loader").back().state == "failed");
  CHECK(stack.tasks("loader").back().exit_code == 143);
  check_complete(stack, "loader");
  CHECK(stack.tasks("loader").size() == 2);
  const auto& wanted = expected().at("archives").at("interleaved.archive.gz").at("namespaces").as_object();
  const auto differing = differences(wanted, read_namespaces(client));
  INFO(joined(differing));
  CHECK(differing.empty());
}
