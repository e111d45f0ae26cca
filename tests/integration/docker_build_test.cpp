// Which engine docker/build takes.
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

/// `docker/build --engine` on a machine whose docker has no daemon and whose podman is the script `podman`.
Finished engine_beside(const std::string& podman) {
  const TempDir folder;
  const auto add = [&](const std::string& name, const std::string& text) {
    write_file(folder / name, "#!/bin/sh\n" + text);
    std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
  };
  add("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1\n");
  add("podman", podman);
  return run(
      {.words = {SIDEKICK_SOURCE_DIR "/docker/build", "--engine"},
       .environment = {{"PATH", folder.path().string() + ":" + std::getenv("PATH")}, {"SIDEKICK_PRIVATE_ENGINE", "1"}}},
      60s);
}

}  // namespace

TEST_CASE("docker/build takes an engine only where it runs containers") {
  const Finished working = engine_beside("exit 0\n");
  INFO(working.describe());
  CHECK(working.exit_code == 0);
  CHECK(working.out == "podman\n");
  // Else a private engine is started; here one was, and this is what it says.
  const Finished answering = engine_beside("[ \"$1\" != run ] || { echo 'cannot set rlimits' >&2; exit 126; }\n");
  INFO(answering.describe());
  CHECK(answering.exit_code == 1);
  CHECK(answering.err.find("podman answers and cannot run a container: cannot set rlimits") != std::string::npos);
  CHECK(answering.err.find("the private engine runs no container") != std::string::npos);
}
