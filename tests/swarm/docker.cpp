#include "tests/swarm/docker.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"

namespace sidekick::test {

namespace {

// Children of the tests see no SIDEKICK_* of ours unless we say so.
void pass_on(Command& command, const char* name) {
  if (const char* value = std::getenv(name)) command.environment.emplace_back(name, value);
}

Finished checked(const Command& command, std::chrono::steady_clock::duration deadline) {
  Finished finished = run(command, deadline);
  if (finished.exit_code != 0) {
    std::string words;
    for (const auto& word : command.words) words += word + " ";
    throw std::runtime_error(words + finished.describe());
  }
  return finished;
}

}  // namespace

void need_swarm() {
  const Finished state = run_docker({"info", "--format", "{{.Swarm.ControlAvailable}}"});
  if (state.exit_code == 0 && state.out == "true\n") return;
  const char* ci = std::getenv("CI");
  if (ci && std::string(ci) == "true") FAIL("no engine answers that manages a swarm: " << state.describe());
  SKIP("no engine answers that manages a swarm; tests/run swarm starts one");
}

Finished run_docker(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment) {
  words.insert(words.begin(), "docker");
  environment.emplace_back("SIDEKICK_IMAGE", sidekick_image());
  return run({std::move(words), std::move(environment)}, 120s);
}

std::string docker(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment) {
  words.insert(words.begin(), "docker");
  environment.emplace_back("SIDEKICK_IMAGE", sidekick_image());
  return checked({std::move(words), std::move(environment)}, 120s).out;
}

std::string sidekick_image() {
  const char* named = std::getenv("SIDEKICK_IMAGE");
  return named && *named ? named : "sidekick";
}

void need_image(const std::string& name) {
  Command make{{SIDEKICK_SOURCE_DIR "/tests/swarm/images", name, sidekick_image()}};
  pass_on(make, "SIDEKICK_CACHE");
  checked(make, 300s);
}

void need_mongo_with_users() {
  need_image("mongo");
  if (run_docker({"image", "inspect", "sidekick-test-mongo-auth"}).exit_code == 0) return;
  const TempDir context;
  std::filesystem::create_directory(context / "db");
  Mongod server({.version = "4.4.2", .data_folder = context / "db"});
  server.client().command("admin", boost::json::object{{"createUser", "seeder"},
                                                       {"pwd", seeder_password()},
                                                       {"roles", {"root"}},
                                                       {"writeConcern", {{"w", 1}, {"j", true}}}});
  server.kill();
  write_file(context / "Dockerfile",
             "FROM mongo:4.4\nCOPY db /data/db\n"
             R"(CMD ["mongod", "--bind_ip_all", "--auth", "--wiredTigerCacheSizeGB", "0.25"])"
             "\n");
  docker({"build", "--quiet", "--tag", "sidekick-test-mongo-auth", context.path().string()});
}

std::string seeder_password() {
  std::string text = read_file(SIDEKICK_SOURCE_DIR "/tests/swarm/stacks/seeder-password");
  text.pop_back();
  return text;
}

std::string machine_address() {
  return lines_of(docker({"network", "inspect", "docker_gwbridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"}))
      .at(0);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace sidekick::test
