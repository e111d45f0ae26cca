// `sidekick run` and `sidekick wait` on a real swarm, and as the first process of a container.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/swarm/stack.hpp"

using namespace sidekick::test;

namespace {

const std::string examples = SIDEKICK_SOURCE_DIR "/examples/";

void build(const std::string& name, const std::string& example, const std::string& base_argument,
           const std::string& base) {
  docker({"build", "--quiet", "--tag", name, "--build-arg", "SIDEKICK=" + sidekick_image(), "--build-arg",
          base_argument + "=" + base, examples + example});
}

std::string container_of(const Stack& stack, const std::string& service) {
  return stack.tasks(service).front().container;
}

std::string in(const std::string& container, std::vector<std::string> words) {
  words.insert(words.begin(), {"exec", container});
  return run_docker(std::move(words)).out;
}

/// `sidekick run FLAGS… -- /misbehave WORDS…` as PID 1 of a container, under way.
class First final {
 public:
  First(const std::vector<std::string>& flags, const std::vector<std::string>& words) {
    std::vector<std::string> all{"run",     "--detach", "--network",
                                 "none",    "--volume", misbehave() + ":/misbehave:ro",
                                 "--tmpfs", "/tmp",     "sidekick-test-busybox",
                                 "run"};
    all.insert(all.end(), flags.begin(), flags.end());
    all.insert(all.end(), {"--", "/misbehave"});
    all.insert(all.end(), words.begin(), words.end());
    id_ = lines_of(docker(all)).at(0);
  }
  ~First() { run_docker({"rm", "--force", id_}); }
  First(const First&) = delete;
  First& operator=(const First&) = delete;

  const std::string& id() const { return id_; }
  int exit_code() const { return std::stoi(docker({"wait", id_})); }
  std::string out() const { return run_docker({"logs", id_}).out; }
  bool says(const std::string& text) const {
    return eventually(30s, [&] { return out().find(text) != std::string::npos; });
  }

 private:
  std::string id_;
};

}  // namespace

TEST_CASE("A migration that fails twice is complete with its third task and the database has its tables") {
  need_swarm();
  need_image("postgres");
  build("sidekick-test-migration", "migration", "POSTGRES", "sidekick-test-postgres");
  const Stack stack("migration");
  stack.deploy({"../../../examples/migration/stack.yml", "../../../examples/migration/no-ipvs.yml", "migration.yml"},
               {{"POSTGRES_IMAGE", "sidekick-test-postgres"}, {"MIGRATION_IMAGE", "sidekick-test-migration"}});
  const bool complete = stack.reaches("migration", "complete");
  INFO(stack.describe("migration") << stack.describe("db"));
  REQUIRE(complete);
  const auto tasks = stack.tasks("migration");
  CHECK(tasks.size() == 3);
  CHECK(std::ranges::count_if(tasks, [](const Task& task) { return task.state == "failed" && task.exit_code == 3; }) ==
        2);
  CHECK(in(container_of(stack, "db"), {"psql", "--host=/tmp", "--username=postgres", "--tuples-only", "--no-align",
                                       "--command=SELECT fruit FROM orders ORDER BY id"}) == "apple\npear\n");
}

TEST_CASE("An image of the example waits for its database and then becomes the application") {
  need_swarm();
  need_image("mongo");
  need_image("busybox");
  build("sidekick-test-app", "wait", "BASE", "sidekick-test-busybox");
  const Stack stack("waitapp");
  stack.deploy({"../../../examples/wait/stack.yml", "../../../examples/wait/no-ipvs.yml", "wait.yml"},
               {{"APP_IMAGE", "sidekick-test-app"}});
  const bool running = stack.reaches("app", "running");
  INFO(stack.describe("app"));
  REQUIRE(running);
  const auto app = container_of(stack, "app");
  CHECK(in(app, {"/bin/cat", "/proc/1/comm"}) == "sidekick\n");
  docker({"service", "scale", "--detach", stack.service("mongo") + "=1"});
  const bool said =
      eventually(60s, [&] { return stack.log("app").find("the database takes writes\n") != std::string::npos; });
  INFO(stack.describe("app"));
  CHECK(said);
  CHECK(eventually(10s, [&] { return in(app, {"/bin/cat", "/proc/1/comm"}) == "sleep\n"; }));
}

TEST_CASE("A command that is stopped in the middle is run again by a new task though it said that all is well") {
  need_swarm();
  need_image("busybox");
  const Stack stack("runstopped");
  stack.deploy({"run-stopped.yml"});
  const bool works = eventually(90s, [&] { return stack.log("work").find("working") != std::string::npos; });
  INFO(stack.describe("work"));
  REQUIRE(works);
  const auto first = container_of(stack, "work");
  docker({"stop", first});
  const bool again = eventually(60s, [&] {
    const auto tasks = stack.tasks("work");
    return tasks.size() == 2 && tasks.front().state == "running";
  });
  INFO(stack.describe("work"));
  REQUIRE(again);
  const auto tasks = stack.tasks("work");
  CHECK(tasks.back().state == "failed");
  CHECK(tasks.back().exit_code == 143);
}

TEST_CASE("As the first process of a container run ends as its command does whatever that does") {
  need_swarm();
  need_image("busybox");
  // All at once: a container takes a second to start.
  const First exits({}, {"exit", "7"});
  const First dies({}, {"die", "11"});
  const First leaves({}, {"leave", "session", "/tmp/id"});
  const First floods({}, {"flood", "2000000", "100"});
  const First half({}, {"half-line"});
  const First closes({}, {"close-output", "3"});
  const First orphans({}, {"orphans", "300", "stay"});
  const First stubborn({"--grace=300ms"}, {"ignore-term"});
  const First polite({}, {"exit-on-term", "0"});

  CHECK(exits.exit_code() == 7);
  CHECK(dies.exit_code() == 139);
  CHECK(leaves.exit_code() == 0);
  CHECK(floods.exit_code() == 0);
  CHECK(floods.out().size() == 2'000'000);
  CHECK(half.exit_code() == 0);
  CHECK(half.out() == "whole\nhalf");
  CHECK(closes.exit_code() == 3);

  REQUIRE(orphans.says("ready\n"));
  CHECK(eventually(10s, [&] {
    return lines_of(in(orphans.id(), {"/bin/sh", "-c", "cat /proc/[0-9]*/stat | busybox grep -c ') Z '"})) ==
           std::vector<std::string>{"0"};
  }));
  for (const auto* first : {&stubborn, &polite}) {
    REQUIRE(first->says("ready\n"));
    docker({"stop", first->id()});
    CHECK(first->exit_code() == 143);
  }
}
