// What one is told to do about a backup that cannot be restored as asked: typed as it stands, it works.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/backup_store.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

const std::string nowhere = "--uri=mongodb://127.0.0.1:1/";

void check_refused(const Finished& finished, int exit_code, const std::string& hint) {
  INFO(finished.describe());
  CHECK(finished.exit_code == exit_code);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished).front().find(hint) != std::string::npos);
}

}  // namespace

TEST_CASE("a storage URL without a backup name is refused with a hint") {
  const BackupStore store;
  REQUIRE(store.take("exec: echo hello", {"--job=greeting"}).exit_code == 0);
  check_refused(restore({"--from=" + store.url(), nowhere}), 78, "end it with /latest");
  check_refused(restore({"--from=" + store.url() + "/", nowhere}), 78, "add its name after");
  check_refused(restore({"--from=" + store.url() + "/latest", "--job=greetings", nowhere}), 66,
                "it holds backups of: greeting");
}

TEST_CASE("the backup of a command is fetched as the refused restore says") {
  const BackupStore store;
  const TempDir folder;
  REQUIRE(run({.words = {"age-keygen", "-o", (folder / "key").string()}}, 10s).exit_code == 0);
  auto recipient = run({.words = {"age-keygen", "-y", (folder / "key").string()}}, 10s).out;
  recipient.pop_back();
  REQUIRE(store.take("exec: echo hello", {"--recipient=" + recipient}).exit_code == 0);
  const auto name = text_of(store.newest(), "name");
  const auto hint = "backup fetch " + name + " --to " + store.url() + " --plain --identity-file FILE";
  check_refused(restore({"--from=" + store.url() + "/latest", nowhere}), 78, "sidekick " + hint);
  const auto fetched = sidekick_run({"backup", "fetch", name, "--to", store.url(), "--plain", "--identity-file",
                                     (folder / "key").string(), "--out", "-"});
  INFO(fetched.describe());
  CHECK(fetched.out == "hello\n");
}
