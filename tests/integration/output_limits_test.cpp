// Output that cannot be written: a reader that has ended, and a limit of the size of files.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>

#include "tests/support/backup_store.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

TEST_CASE("a reader of standard output that ends makes verify end at once") {
  const TempDir folder;
  // A pipe that nobody reads: the one who could has closed it.
  const auto finished = run({{"bash", "-c",
                              "mkfifo \"$1/p\" && exec 3<>\"$1/p\" 4>\"$1/p\" 3<&- && exec \"$2\" verify "
                              "--log-format=json \"$3\" >&4",
                              "bash", folder.path().string(), sidekick_binary(), test_data("good.archive").string()}},
                            30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 74);
  CHECK(error_lines(finished).size() == 1);
  CHECK(finished.wall < 5s);
}

TEST_CASE("a limit of the size of files is an error and leaves no part") {
  const Mongod server;
  server.client().command(
      "shop", R"({"insert":"fruits","documents":[{"_id":1,"text":")" + std::string(100'000, 'x') + R"("}]})");
  const TempDir folder;
  for (const auto& out : {"--archive=" + (folder / "x.archive").string(), "--out=" + (folder / "x").string()}) {
    INFO(out);
    const auto finished =
        run({{"prlimit", "--fsize=8192", sidekick_binary(), "dump", "--uri=" + server.uri(), out}}, 30s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 74);
    CHECK(finished.err.find("File too large") != std::string::npos);
    CHECK(finished.err.find("ulimit -f") != std::string::npos);
    CHECK(finished.wall < 10s);
    CHECK_FALSE(fs::exists(folder / "x.archive"));
    CHECK_FALSE(fs::exists(folder / ".x.archive.part"));
  }
  const BackupStore store;
  auto command = store.command({server.uri()}, {"--compress=none"});
  command.words.insert(command.words.begin(), {"prlimit", "--fsize=8192"});
  const auto backup = run(command, 30s);
  INFO(backup.describe());
  CHECK(backup.exit_code == 74);
  for (const auto& file : store.files()) CHECK(file.find("archive") == std::string::npos);

  const auto child = run({{sidekick_binary(), "run", "--", "bash", "-c", "trap -p XFSZ; kill -XFSZ $$"}}, 30s);
  INFO(child.describe());
  CHECK(child.out.empty());
  CHECK(child.exit_code == 128 + SIGXFSZ);
}

}  // namespace sidekick::test
