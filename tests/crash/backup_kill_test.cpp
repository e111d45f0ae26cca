// kill -9 at random moments of a backup with retention: what is listed is whole, what the rules keep is there, and what
// was left is removed when it is old.
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <ctime>
#include <map>
#include <random>
#include <set>

#include "tests/crash/runs.hpp"
#include "tests/support/age_key.hpp"
#include "tests/support/backup_store.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace {

using std::chrono::microseconds;
/// The names of the backups of each job, the oldest first.
using Names = std::map<std::string, std::set<std::string>>;

constexpr auto lease_ends_after = 1s;

std::string noise(std::size_t bytes, std::mt19937& random) {
  std::string out(bytes, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

bool is_lease(const std::string& name) {
  return name.find(".lease-") != std::string::npos;
}

/// As if they were of a process that died the day before.
void make_everything_old(const BackupStore& store) {
  timespec yesterday{};
  ::clock_gettime(CLOCK_REALTIME, &yesterday);
  yesterday.tv_sec -= 25L * 3600;
  const std::array<timespec, 2> times{yesterday, yesterday};
  for (const auto& file : store.files()) REQUIRE(::utimensat(AT_FDCWD, (store / file).c_str(), times.data(), 0) == 0);
}

/// A database and a folder, and the backups of both.
class Service {
 public:
  explicit Service(std::mt19937& random) {
    DataSet(9, "shop", {{.name = "a", .documents = 1'000, .document_bytes = 3'000}, {.name = "b", .documents = 1'000}})
        .load(server_.uri());
    for (int i = 0; i < 20; i++) write_file(site_ / ("page" + std::to_string(i)), noise(200'000, random));
  }

  Command command() const {
    return store.command({"mongodb://" + server_.address() + "/shop", "dir:" + site_.path().string()},
                         {"--job=shop", "--job=site", "--keep=last=2", "--recipient=" + key_.recipient(),
                          "--identity-file=" + key_.file().string(), "--prove=read", "--min-interval=0s",
                          "--lease-ends-after=1s", "--lease-wait=30s"});
  }

  /// As `sidekick backup list` has them.
  Names listed() const {
    const auto list = sidekick_run({"backup", "list", "--json", "--to=" + store.url()});
    INFO(list.describe());
    REQUIRE(list.exit_code == 0);
    Names out;
    const auto manifests = boost::json::parse(list.out);
    for (const auto& entry : manifests.as_array())
      out[text_of(entry.as_object(), "job")].insert(text_of(entry.as_object(), "name"));
    return out;
  }

  /// Those that were not proven before.
  void prove(const Names& names) {
    for (const auto& [job, of_job] : names)
      for (const auto& name : of_job)
        if (proven_.insert(name).second) prove_one(name);
  }

  /// A lease that has ended, without the time that takes.
  void end_leases() const {
    std::vector<std::filesystem::path> leases;
    for (const auto& entry : std::filesystem::directory_iterator(store / ""))
      if (is_lease(entry.path().filename().string())) leases.push_back(entry.path());
    for (const auto& lease : leases) std::filesystem::remove(lease);
  }

  const BackupStore store;

 private:
  void prove_one(const std::string& name) const {
    const auto identity = "--identity-file=" + key_.file().string();
    const auto verified = sidekick_run({"verify", "--json", identity, (store / name).string()});
    INFO(verified.describe());
    REQUIRE(verified.exit_code == 0);
    if (name.starts_with("shop-")) REQUIRE(verified.out.find("\"documents\":2000,") != std::string::npos);
    const auto fetched = sidekick_run({"backup", "fetch", name, "--to=" + store.url(), "--plain", "--out=-", identity});
    INFO("exit " << fetched.exit_code << ": " << fetched.err);
    REQUIRE(fetched.exit_code == 0);
  }

  const Mongod server_;
  const TempDir site_;
  const AgeKey key_;
  std::set<std::string> proven_;
};

/// What --keep=last=2 keeps of all that was listed before or after is there after.
void require_kept(const Names& before, const Names& after) {
  for (const auto& [job, old] : before) {
    auto all = old;
    const auto there = after.find(job);
    REQUIRE(there != after.end());
    all.insert(there->second.begin(), there->second.end());
    auto newest = all.rbegin();
    for (int i = 0; i < 2 && newest != all.rend(); i++, newest++) {
      INFO("lost: " << *newest);
      REQUIRE(there->second.contains(*newest));
    }
  }
}

Finished kill_after(const Command& command, microseconds time) {
  Child child(command);
  const auto end = std::chrono::steady_clock::now() + time;
  eventually(60s, [&] { return !child.running() || std::chrono::steady_clock::now() >= end; });
  child.signal(SIGKILL);
  return child.wait(10s);
}

/// Every name in the folder is a backup's or its manifest's.
void require_nothing_else(const Service& service) {
  std::set<std::string> wanted;
  for (const auto& [job, names] : service.listed())
    for (const auto& name : names) wanted.insert({name, name + ".json"});
  const auto there = service.store.files();
  CHECK(std::set<std::string>(there.begin(), there.end()) == wanted);
}

}  // namespace

TEST_CASE("killed at random moments a backup never leaves one that is not whole nor loses one that is kept") {
  std::mt19937 random(crash_seed());
  Service service(random);
  const auto first = run(service.command(), 60s);
  INFO(first.describe());
  REQUIRE(first.exit_code == 0);
  const auto longest = std::chrono::duration_cast<microseconds>(first.wall);
  int killed = 0;
  auto before = service.listed();
  for (int i = 0; i < crash_runs(); i++) {
    const microseconds time(std::uniform_int_distribution<long>(0, longest.count())(random));
    const auto finished = kill_after(service.command(), time);
    killed += finished.signal == SIGKILL;
    INFO("round " << i << ", killed after " << time.count() << " us: " << finished.describe());
    REQUIRE((finished.signal == SIGKILL || finished.exit_code == 0));
    const auto after = service.listed();
    service.prove(after);
    require_kept(before, after);
    before = after;
    service.end_leases();
  }
  CHECK(killed > 0);
  make_everything_old(service.store);
  const auto last = run(service.command(), 60s);
  INFO(last.describe());
  REQUIRE(last.exit_code == 0);
  service.prove(service.listed());
  require_kept(before, service.listed());
  require_nothing_else(service);
}

TEST_CASE("the run after a killed one waits no longer than its lease and leaves what is younger than a day alone") {
  const BackupStore store;
  const auto flags = std::vector<std::string>{"--job=data", "--lease-ends-after=1s"};
  Child child(store.command({"exec: sh -c 'while :; do head -c 100000 /dev/urandom; done'"}, flags));
  const auto parts = [&] {
    auto names = store.files();
    std::erase_if(names, [](const auto& name) { return !name.starts_with(".part-data-2"); });
    return names;
  };
  REQUIRE(eventually(30s, [&] { return !parts().empty(); }));
  child.signal(SIGKILL);
  child.wait(10s);
  const auto left = parts();
  REQUIRE(left.size() == 1);
  const auto taken = store.take("exec: echo hello", flags);
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  CHECK(taken.wall > lease_ends_after);
  CHECK(taken.wall < 30s);  // far less than the minute that a lease has unless told otherwise
  CHECK(std::filesystem::exists(store / left.front()));
  make_everything_old(store);
  REQUIRE(store.take("exec: echo hello", flags).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(store / left.front()));
}

}  // namespace sidekick::test
