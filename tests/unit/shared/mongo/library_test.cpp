#include "mongo/library.hpp"

#include <bson/bson.h>
#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <string>

// The allocators of the sanitizers end the process themselves.
#ifndef SIDEKICK_SANITIZED
TEST_CASE("where memory ends, libbson ends the process with one line and code 75") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    sidekick::mongo::prepare_libraries();
    bson_malloc(std::numeric_limits<std::size_t>::max() / 4);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said(4096, '\0');
  const auto bytes = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  said.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 75);
  CHECK(said.find("out of memory") != std::string::npos);
  CHECK(said.find('\n') + 1 == said.size());
}
#endif
