// What a user is told who types a backup command wrong, or right: once, with its name, and never with a secret.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/backup_store.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_told(const Finished& finished, int exit_code, const std::string& message) {
  INFO(finished.describe());
  CHECK(finished.exit_code == exit_code);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(has(error_lines(finished).front(), "\"msg\":\"" + message));
}

}  // namespace

TEST_CASE("an invalid value is reported once with the name of its flag") {
  const BackupStore store;
  const std::string source = "exec: echo hello";
  check_told(store.take(source, {"--keep=last=0"}), 64, "--keep: rule 'last=0': it keeps nothing\"");
  check_told(store.take(source, {"--every=* * * *"}), 64,
             "--every: schedule '* * * *': there are 4 fields instead of 5\"");
  check_told(store.take(source, {"--every=61 * * * *"}), 64, "--every: minute '61': not within 0 to 59\"");
  check_told(store.take(source, {"--recipient=age1foo"}), 64, "--recipient: 'age1foo': it is too short\"");
  check_told(store.take(source, {"--recipient=ssh-ed25519"}), 64, "--recipient: it does not begin with age1\"");
  check_told(store.take("exec: sh -c 'echo"), 64, "--from 'exec: ...': a command line has an open quote\"");
  check_told(store.take(source, {"--notify=example.com/x"}), 64,
             "--notify: it does not begin with https:// or http://");
  check_told(store.take(source, {"--compress=none", "--compression-level=3"}), 78,
             "--compression-level has no effect with --compress=none");
  check_told(sidekick_run({"backup", "prune", "--to=" + store.url(), "--keep=last=0"}), 64,
             "--keep: rule 'last=0': it keeps nothing\"");
  CHECK(store.files().empty());
}

TEST_CASE("a private key in place of another value is not printed") {
  const BackupStore store;
  const std::string key = "AGE-SECRET-KEY-1QQQQSECRET";
  for (const auto* flag : {"--recipient=", "--identity-file=", "--recipients-file="}) {
    const auto refused = store.take("exec: echo hello", {flag + key});
    INFO(refused.describe());
    CHECK(refused.exit_code == 64);
    CHECK(has(refused.err, "private key"));
    CHECK_FALSE(has(refused.err, "QQQQ"));
    CHECK_FALSE(has(sidekick_run({"backup", flag + key, "--print-config"}).out, "QQQQ"));
  }
  for (const auto* command : {"verify", "restore"}) {
    const auto refused = sidekick_run({command, "--identity-file=" + key, "--from=" + store.url() + "/latest", "x"});
    CHECK_FALSE(has(refused.err, "QQQQ"));
  }
}

TEST_CASE("the notification URL is not part of --print-config") {
  const auto shown = sidekick_run({"backup", "--notify=https://hooks.example.com/services/T0/QQQQ", "--from=dir:/nope",
                                   "--to=dir:/nope", "--print-config"});
  INFO(shown.describe());
  CHECK(has(shown.out, "notify = ***"));
  CHECK_FALSE(has(shown.out + shown.err, "QQQQ"));
}

TEST_CASE("a URL in place of a file or backup name is reported without its secrets") {
  const BackupStore store;
  REQUIRE(store.take("exec: echo hello").exit_code == 0);
  for (const std::string url :
       {"mongodb://root:QQ QQ@host/", "mongodb://host/?tlsCertificateKeyFilePassword=QQQQ",
        "mongodb://host/?authMechanismProperties=AWS_SESSION_TOKEN:QQQQ", "https://host/hook?token=QQQQ"}) {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"verify"},
                                               {"backup", "fetch", "--to=" + store.url()},
                                               {"backup", "show", "--to=" + store.url()},
                                               {"backup", "accept", "--to=" + store.url()}}) {
      auto command = words;
      command.push_back(url);
      const auto refused = sidekick_run(command);
      INFO(refused.describe());
      CHECK(refused.exit_code == (words[0] == "verify" ? 64 : 66));
      CHECK_FALSE(has(refused.err, "QQ"));
    }
  }
}

TEST_CASE("an empty source or storage is not reported as missing") {
  for (const auto* flag : {"--from=", "--to="}) {
    const auto refused = sidekick_run({"backup", flag});
    INFO(refused.describe());
    CHECK(refused.exit_code == 64);
    CHECK_FALSE(has(refused.err, "terminal"));
  }
}

TEST_CASE("the only database among several sources is restored by latest") {
  const Mongod server({.version = "6.0.5"});
  server.client().command("shop", R"({"insert":"fruits","documents":[{"_id":1}]})");
  const BackupStore store;
  REQUIRE(store.take({"exec: echo one", server.uri(), "exec: printf two"}).exit_code == 0);
  server.client().command("shop", R"({"dropDatabase":1})");
  const auto restored = restore({"--from=" + store.url() + "/latest", "--uri=" + server.uri(), "--drop"});
  INFO(restored.describe());
  CHECK(restored.exit_code == 0);
  CHECK(has(restored.err, "restored 1 document"));
}

TEST_CASE("pruning an empty storage reports that") {
  const BackupStore store;
  const auto pruned = sidekick_run({"backup", "prune", "--to=" + store.url(), "--keep=last=1"});
  INFO(pruned.describe());
  CHECK(pruned.exit_code == 0);
  CHECK(has(pruned.err, "there is no backup"));
}

TEST_CASE("an accepted backup is reported as accepted") {
  const BackupStore store;
  REQUIRE(store.take("exec: head -c 100000 /dev/urandom", {"--job=a"}).exit_code == 0);
  REQUIRE(store.take("exec: echo little", {"--job=a"}).exit_code == 0);
  const auto name = text_of(store.newest(), "name");
  const auto accepted = sidekick_run({"backup", "accept", name, "--to=" + store.url()});
  INFO(accepted.describe());
  CHECK(accepted.exit_code == 0);
  CHECK(accepted.out == "accepted " + name + "\n");
  CHECK(has(sidekick_run({"backup", "accept", name, "--to=" + store.url()}).err, name + "' was not suspect"));
}

TEST_CASE("the count of a folder with one file is in the singular") {
  const BackupStore store;
  const TempDir folder;
  REQUIRE(run({.words = {"sh", "-c", "echo hi >" + (folder / "a").string()}}, 10s).exit_code == 0);
  const auto taken = store.take("dir:" + folder.path().string(), {"--job=a"});
  INFO(taken.describe());
  CHECK(has(taken.err, "of 1 file,"));
  CHECK(has(sidekick_run({"backup", "show", "latest", "--to=" + store.url()}).out, " 1 file\n"));
}

TEST_CASE("the help of a backup command accepts either order of its words") {
  const auto direct = sidekick_run({"backup", "list", "--help"});
  const auto asked = sidekick_run({"help", "backup", "list"});
  CHECK(asked.exit_code == 0);
  CHECK(asked.out == direct.out);
  CHECK(has(asked.out, "Usage: sidekick backup list"));
}

TEST_CASE("the help tells the exit codes of its command and where it listens") {
  for (const auto* command : {"run", "wait"}) {
    const auto text = sidekick_run({command, "--help"}).out;
    CHECK(has(text, "126"));
    CHECK(has(text.substr(text.rfind("Exit codes")), "127"));
  }
  for (const auto* command : {"backup", "git-sync"})
    CHECK(has(sidekick_run({command, "--help-all"}).out, ":PORT on every"));
  const auto well = sidekick_run({"healthcheck", "--help"}).out;
  CHECK(has(well, "1 not healthy"));
  CHECK_FALSE(has(well, "SIDEKICK_RETRY_FOR"));
  CHECK(has(sidekick_run({"restore", "--man"}).out, ".SH \"EXIT STATUS\""));
}

TEST_CASE("bash completes the words and the flags of commands about backups") {
  const auto completed = [](const std::string& words, int at) {
    const auto script = "source <(" + sidekick_binary() + " completion bash); COMP_WORDS=(sidekick " + words +
                        "); COMP_CWORD=" + std::to_string(at) + "; _sidekick sidekick; echo \"${COMPREPLY[*]}\"";
    return run({.words = {"bash", "-c", script}}, 20s).out;
  };
  CHECK(completed("backup acc", 2) == "accept\n");
  CHECK(completed("backup fetch --pl", 3) == "--plain\n");
  CHECK(completed("backup --dry", 2) == "--dry-run --dryRun\n");
  CHECK(completed("help ver", 2) == "verify version\n");
  CHECK(completed("completion b", 2) == "bash\n");
}

TEST_CASE("the manual page of a command about backups has one name") {
  const auto page = sidekick_run({"backup", "list", "--man"}).out;
  CHECK(has(page, ".TH SIDEKICK-BACKUP-LIST 1 "));
  CHECK(has(page, "sidekick\\-backup\\-list \\- Lists"));
}

TEST_CASE("a refused login is reported as denied and not as unavailable") {
  const Mongod server({.version = "6.0.5"});
  const BackupStore store;
  const auto refused = store.take("mongodb://u:hunter2@" + server.address() + "/", {"--retries=0"});
  check_told(refused, 77, "cannot log in at '" + server.address() + "': Authentication failed\"");
  CHECK(has(refused.err, "authSource"));
  CHECK_FALSE(has(refused.err, "hunter2"));
}

TEST_CASE("every command answers to --help") {
  for (const auto* command : {"git-sync", "restore", "mongorestore", "dump", "mongodump", "backup", "verify", "run",
                              "wait", "healthcheck", "completion", "help", "version"}) {
    const auto finished = sidekick_run({command, "--help"});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK_FALSE(finished.out.empty());
    CHECK(finished.err.empty());
  }
}
