// kill -9 at random moments of a seed: every target collection is whole or absent, and the next process ends it.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <random>

#include "tests/crash/runs.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/seeding.hpp"
#include "tests/support/server_state.hpp"

namespace sidekick::test {

namespace {

constexpr std::size_t collections = 12;
constexpr std::size_t documents = 200;

std::vector<MadeCollection> made() {
  std::vector<MadeCollection> out;
  for (std::size_t i = 0; i < collections; i++)
    out.push_back({.name = "c" + std::to_string(i),
                   .documents = documents,
                   .options = R"({"validator":{"n":{"$exists":true}}})",
                   .indexes = {R"({"v":{"$numberInt":"2"},"key":{"n":{"$numberInt":"1"}},"name":"n_1"})"}});
  return out;
}

class Scene {
 public:
  Scene() : data_(20261201, "stock", made()), archive_(folder_ / "stock.archive") {
    data_.write_archive(archive_);
    const Mongod reference;
    data_.load(reference.uri());
    wanted_ = read_namespaces(reference.client());
  }

  Command command() const {
    return seed_command(server.uri(), {"--archive=" + archive_.string(), "--lease=1s", "--name=stock"});
  }

  Finished run_for(std::chrono::microseconds time) const {
    Child child(command());
    const auto end = std::chrono::steady_clock::now() + time;
    eventually(60s, [&] { return !child.running() || std::chrono::steady_clock::now() >= end; });
    child.signal(SIGKILL);
    return child.wait(10s);
  }

  void forget_all() const {
    server.client().command("stock", R"({"dropDatabase":1})");
    server.client().command("sidekick", R"({"dropDatabase":1})");
  }

  /// The first target that is neither absent nor whole; "" where there is none.
  std::string half_done() const {
    const auto client = server.client();
    for (const auto& listed : client.documents("stock", {{"listCollections", 1}})) {
      const std::string name(listed.at("name").as_string());
      if (name.starts_with("sk_")) continue;
      const auto count = integer(client.command("stock", boost::json::object{{"count", name}}).at("n"));
      const auto indexes = client.documents("stock", {{"listIndexes", name}}).size();
      if (count != documents || indexes != 2) return name;
    }
    return {};
  }

  std::string wrong() const {
    auto there = read_namespaces(server.client());
    there.erase("sidekick.seeds");
    return joined(differences(wanted_, there));
  }

  const Mongod server;

 private:
  TempDir folder_;
  DataSet data_;
  std::filesystem::path archive_;
  boost::json::object wanted_;
};

}  // namespace

TEST_CASE("a seed killed at random moments leaves whole collections or none, and the next process ends it") {
  std::mt19937 random(crash_seed());
  const Scene scene;
  const auto whole = run(scene.command(), 60s);
  INFO(whole.describe());
  REQUIRE(whole.exit_code == 0);
  const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(whole.wall).count();
  int killed = 0;
  for (int i = 0; i < crash_runs(); i++) {
    if (i % 2 == 0) scene.forget_all();
    const auto time = std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest)(random));
    const auto finished = scene.run_for(time);
    killed += finished.signal == SIGKILL;
    INFO("run " << i << ", killed after " << time.count() << " us: " << finished.describe());
    REQUIRE((finished.signal == SIGKILL || finished.exit_code == 0));
    REQUIRE(scene.half_done() == "");
    if (i % 2 == 0) continue;
    const auto last = run(scene.command(), 60s);
    INFO("the last run: " << last.describe());
    REQUIRE(last.exit_code == 0);
    REQUIRE(ledger_state(scene.server.client(), "stock") == "done");
    REQUIRE(scene.wrong() == "");
  }
  CHECK(killed > 0);
}

}  // namespace sidekick::test
