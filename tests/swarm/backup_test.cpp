// The backups of a stack beside its database, to a real S3 server, and the stack restored when its volume is gone.
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/server_state.hpp"
#include "tests/swarm/stack.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

const std::string seed = "../../../examples/swarm-seed/";
const std::string example = "../../../examples/swarm-backup/";

/// Secrets of the swarm, which no stack file brings. Removed by the destructor: that of the stack comes first.
class Secrets final {
 public:
  Secrets() = default;
  ~Secrets() {
    for (const auto& name : names_) run_docker({"secret", "rm", name});
  }
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;

  void add(const std::string& name, const std::filesystem::path& file) {
    run_docker({"secret", "rm", name});
    docker({"secret", "create", name, file.string()});
    names_.push_back(name);
  }

 private:
  std::vector<std::string> names_;
};

/// The stack of the article with what the example adds, as its README says.
class BackedUp final {
 public:
  BackedUp() : s3_({.host = machine_address()}), stack_("backup") {
    std::filesystem::create_directory(files_ / "config");
    write_file(files_ / "config" / "gateway.conf", "port 80\n");
    write_file(files_ / "access", S3Server::access_key());
    write_file(files_ / "secret", S3Server::secret_key());
    secrets_.add("pgpass", files_ / "secret");
    secrets_.add("s3_access_key", files_ / "access");
    secrets_.add("s3_secret_key", files_ / "secret");
    if (const auto made = run({{"age-keygen", "-o", identity().string()}}, 10s); made.exit_code != 0)
      throw std::runtime_error(made.describe());
    recipient_ = lines_of(run({{"age-keygen", "-y", identity().string()}}, 10s).out).at(0);
    stack_.deploy({seed + "stack.yml", seed + "no-ipvs.yml"});
  }

  const Stack& stack() const { return stack_; }

  void deploy(const std::vector<std::string>& files) const {
    stack_.deploy(files, {{"STORAGE", "s3://bucket/shop"},
                          {"S3_ENDPOINT", s3_.endpoint()},
                          {"RECIPIENT", recipient_},
                          {"CONFIG", (files_ / "config").string()},
                          {"TOOLS_IMAGE", sidekick_image()},
                          {"DUMP", "/sidekick version"},
                          {"EVERY", "@every 4s"}});
  }

  void deploy_restore() {
    secrets_.add("backup_identity", identity());
    deploy({example + "restore.yml"});
  }

  /// `docker exec … /sidekick backup WORDS…` in the service's container.
  Finished backup(std::vector<std::string> words) const {
    const auto tasks = stack_.tasks("backup");
    if (tasks.empty() || tasks.front().container.empty()) return {};
    words.insert(words.begin(), {"exec", tasks.front().container, "/sidekick", "backup"});
    return run_docker(std::move(words));
  }

  /// The jobs that have a backup.
  std::set<std::string> jobs() const {
    const auto listed = backup({"list", "--json"});
    std::set<std::string> out;
    if (listed.exit_code != 0) return out;
    const auto all = json::parse(listed.out);
    for (const auto& manifest : all.as_array()) {
      CHECK(manifest.at("encrypted") == true);
      out.emplace(manifest.at("job").as_string());
    }
    return out;
  }

  void scale(const std::string& service, int replicas) const {
    docker({"service", "scale", "--detach", stack_.service(service) + "=" + std::to_string(replicas)});
  }

  /// The database ends, and what it stored is gone with the node it was on.
  void lose_volume() const {
    scale("mongo", 0);
    const auto containers = [&](const char* which) {
      return lines_of(docker(
          {"ps", which, "--quiet", "--filter", "label=com.docker.swarm.service.name=" + stack_.service("mongo")}));
    };
    REQUIRE(eventually(30s, [&] { return containers("--no-trunc").empty(); }));
    // The swarm may be at removing them too.
    REQUIRE(eventually(30s, [&] {
      for (const auto& id : containers("--all")) run_docker({"rm", "--force", id});
      return run_docker({"volume", "rm", stack_.name() + "_data"}).exit_code == 0;
    }));
  }

 private:
  std::filesystem::path identity() const { return files_ / "key.txt"; }

  TempDir files_;
  S3Server s3_;
  Secrets secrets_;
  Stack stack_;
  std::string recipient_;
};

}  // namespace

TEST_CASE("A stack whose volume was lost is restored from its latest backup in S3 with the same documents") {
  need_swarm();
  need_image("mongo");
  BackedUp shop;
  const auto& stack = shop.stack();
  const bool seeded = stack.reaches("mongoloader", "complete");
  INFO(stack.describe("mongoloader"));
  REQUIRE(seeded);
  auto database = std::make_unique<MongoClient>(stack.database());
  database->command("shop", R"({"createIndexes":"fruits","indexes":[{"key":{"name":1},"name":"by_name"}]})");
  const auto wanted = read_namespaces(*database);
  REQUIRE(wanted.contains("shop.fruits"));

  // The service takes them by its schedule: the database, a folder, and what a command prints.
  shop.deploy({example + "stack.yml", example + "more-sources.yml"});
  const bool taken =
      eventually(90s, [&] { return shop.jobs() == std::set<std::string>{"config", "mongo", "sidekick"}; });
  INFO(stack.describe("backup"));
  REQUIRE(taken);
  CHECK(stack.log("backup").find(S3Server::secret_key()) == std::string::npos);

  // One more, at once, by what the container is told already.
  const auto at_once = shop.backup({"--one-time"});
  INFO(at_once.describe());
  CHECK(at_once.exit_code == 0);
  CHECK(stack.reaches("backup", "running", 30s));

  shop.scale("backup", 0);
  database.reset();
  shop.lose_volume();
  shop.scale("mongo", 1);
  shop.deploy_restore();
  const bool restored = stack.reaches("restore", "complete");
  INFO(stack.describe("restore"));
  REQUIRE(restored);
  CHECK(joined(differences(wanted, read_namespaces(stack.database()))) == "");
}
