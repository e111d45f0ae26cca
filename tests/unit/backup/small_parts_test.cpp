// Shrinkage, the note of a failure, what hooks and notifications tell.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "agent/status/console_log.hpp"
#include "backup/failure_note.hpp"
#include "backup/hooks.hpp"
#include "backup/notify.hpp"
#include "backup/shrink.hpp"
#include "sidekick/json.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/shared/storage/sample.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace sidekick::test;

namespace {

storage::Manifest of_bytes(std::uint64_t bytes) {
  storage::Manifest out;
  out.plain_bytes = bytes;
  return out;
}

bool holds(const std::vector<std::string>& environment, const std::string& entry) {
  return std::ranges::find(environment, entry) != environment.end();
}

const BackupEnding failure{BackupEnding::Result::failure, sample_manifest("a-1", "a"),
                           Error(ErrorKind::io, "cannot write \"x\"", "free space")};
const BackupEnding success{BackupEnding::Result::success, sample_manifest("a-1", "a"), {}};

}  // namespace

TEST_CASE("a backup is suspect if it shrank by more than the limit") {
  CHECK_FALSE(is_shrunken(of_bytes(100), 50, 0.5));
  CHECK(is_shrunken(of_bytes(100), 49, 0.5));
  CHECK(is_shrunken(of_bytes(100), 99, 0));
  CHECK_FALSE(is_shrunken(of_bytes(100), 100, 0));
  CHECK_FALSE(is_shrunken(of_bytes(100), 0, 1));
  CHECK_FALSE(is_shrunken(of_bytes(0), 0, 0));
  CHECK_FALSE(is_shrunken(of_bytes(1), 1'000'000, 0.5));
}

TEST_CASE("a failure note is read as written, and an invalid one is ignored") {
  const FailureNote note{storage::WallTime(std::chrono::milliseconds(1'795'000'000'123)), ErrorKind::data,
                         "it is\ndamaged", ""};
  const auto text = to_text(note);
  const auto read = parse_failure_note(text);
  REQUIRE(read);
  CHECK(read->at == note.at);
  CHECK(read->kind == ErrorKind::data);
  CHECK(read->message == "it is damaged");
  CHECK(read->hint.empty());
  for (const std::string bad : {"", "1\n", "2\n1\ndata\nm\nh\n", "1\nx\ndata\nm\nh\n", "1\n1\nmood\nm\nh\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_failure_note(bad));
  }
}

TEST_CASE("the variables of a hook replace those of its environment") {
  const auto good = environment_for({"PATH=/bin", "SIDEKICK_BACKUP_RESULT=old"}, success);
  CHECK(holds(good, "PATH=/bin"));
  CHECK(holds(good, "SIDEKICK_BACKUP_RESULT=success"));
  CHECK_FALSE(holds(good, "SIDEKICK_BACKUP_RESULT=old"));
  CHECK(holds(good, "SIDEKICK_BACKUP_NAME=a-1"));
  CHECK(holds(good, "SIDEKICK_BACKUP_VERIFIED=restored"));
  CHECK(holds(good, "SIDEKICK_BACKUP_PROOF=restored"));
  CHECK(holds(good, "SIDEKICK_BACKUP_ERROR="));
  const auto bad = environment_for({}, failure);
  CHECK(holds(bad, "SIDEKICK_BACKUP_RESULT=failure"));
  CHECK(holds(bad, "SIDEKICK_BACKUP_PROOF="));
  CHECK(holds(bad, "SIDEKICK_BACKUP_ERROR=cannot write \"x\""));
}

TEST_CASE("a command before the backup that fails is an error with its last words") {
  HookSettings hooks;
  hooks.environment = {"PATH=/usr/bin:/bin"};
  hooks.before = {"sh", "-c", "echo no room for $SIDEKICK_BACKUP_NAME; exit 3"};
  const auto error = error_of([&] { run_before(hooks, success.manifest, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->message() == "no backup of 'mongodb://db/shop': the command 'sh' (--before) exited with 3");
  CHECK(error->hint() == "it printed: no room for a-1");
  hooks.before = {"true"};
  CHECK_FALSE(error_of([&] { run_before(hooks, success.manifest, {}); }));
}

TEST_CASE("a command after the backup that fails is a warning") {
  Recorder recorder;
  status::JobLog log(recorder, "backup", 0);
  HookSettings hooks;
  hooks.environment = {"PATH=/usr/bin:/bin"};
  hooks.after = {"false"};
  run_after(hooks, success, log, {});
  hooks.after = {"no-such-program"};
  run_after(hooks, success, log, {});
  const auto lines = recorder.lines(LogLevel::warning);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("'false' (--after) exited with 1") != std::string::npos);
  CHECK(lines[1].find("no-such-program") != std::string::npos);
}

TEST_CASE("a notification is JSON with the manifest or with the error") {
  const auto good = parse_json(notification(success));
  CHECK(good.at("event") == "success");
  CHECK(good.at("manifest").at("name") == "a-1");
  CHECK(good.at("error").is_null());
  const auto bad = parse_json(notification(failure));
  CHECK(bad.at("event") == "failure");
  CHECK(bad.at("manifest").is_null());
  CHECK(bad.at("error").at("message") == "cannot write \"x\"");
  CHECK(bad.at("error").at("kind") == "io");
}

TEST_CASE("only requested outcomes are posted, and a missing answer is a warning without a token") {
  std::vector<std::string> got;
  TcpServer server([&](TcpPeer& peer) {
    while (auto request = peer.read_request()) {
      got.push_back(*request);
      peer.answer("204 No Content", "");
    }
  });
  Recorder recorder;
  status::JobLog log(recorder, "backup", 0);
  NotifySettings settings;
  settings.url = Secret(server.url("/hook/t0ken"));
  settings.on = NotifySettings::On::failure;
  notify(settings, success, log, {});
  CHECK(server.connections() == 0);
  notify(settings, failure, log, {});
  CHECK(server.connections() == 1);
  auto suspect = success;
  suspect.result = BackupEnding::Result::suspect;
  notify(settings, suspect, log, {});
  CHECK(server.connections() == 2);
  CHECK(recorder.lines(LogLevel::warning).empty());
  settings.url = Secret("http://127.0.0.1:1/hook/t0ken");
  notify(settings, failure, log, {});
  REQUIRE(recorder.lines(LogLevel::warning).size() == 1);
  CHECK(recorder.lines(LogLevel::warning)[0].find("t0ken") == std::string::npos);
}
