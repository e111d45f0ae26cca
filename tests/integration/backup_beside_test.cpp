// A backup that is taken at once, beside the service that takes them by its schedule.
#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/support/backup_store.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

TEST_CASE("a manual backup runs in the environment of a backup service although its port is in use") {
  const BackupStore store;
  const TempDir place;
  write_file(place / "file", "something");
  const auto port = std::to_string(free_port());
  const auto within = [&](const std::vector<std::string>& words) {
    Command out{{sidekick_binary(), "backup"}};
    out.words.insert(out.words.end(), words.begin(), words.end());
    out.environment = {{"SIDEKICK_FROM", "dir:" + place.path().string()},
                       {"SIDEKICK_TO", store.url()},
                       {"SIDEKICK_JOB", "data"},
                       {"SIDEKICK_KEEP", "last=1"},
                       {"SIDEKICK_HTTP", ":" + port}};
    return out;
  };
  Child service(within({"--every=@yearly"}));
  const auto healthy = [&] { return sidekick_run({"healthcheck", "--ready", "--http=:" + port}).exit_code == 0; };
  REQUIRE(eventually(20s, healthy));

  const auto at_once = run(within({"--one-time"}), 30s);
  INFO(at_once.describe());
  CHECK(at_once.exit_code == 0);
  CHECK(at_once.err.find("continuing without it") == std::string::npos);
  CHECK(store.manifests().size() == 1);
  CHECK(healthy());
  CHECK(run(within({"list"}), 30s).err.empty());

  // Also where the schedule itself is in the environment.
  auto scheduled = within({"--one-time"});
  scheduled.environment.emplace_back("SIDEKICK_EVERY", "@yearly");
  CHECK(run(scheduled, 30s).exit_code == 0);
  const auto told_to = run(within({"--one-time", "--http=:" + port}), 30s);
  CHECK(told_to.exit_code == 0);
  CHECK(told_to.err.find("continuing without it") != std::string::npos);

  // Two that stay cannot both be asked.
  const auto second = run(within({"--every=@yearly"}), 30s);
  INFO(second.describe());
  CHECK(second.exit_code == 69);
  service.signal(SIGTERM);
  CHECK(service.wait(10s).exit_code == 143);
}
