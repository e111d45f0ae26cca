#include "tests/unit/support/call.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "agent/cli/dispatch.hpp"
#include "tests/unit/support/temporary_folder.hpp"

namespace sidekick::test {

namespace {

std::string content(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(text.c_str());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Ended call(const std::vector<std::string>& words, const std::vector<std::string>& environment) {
  const TemporaryFolder folder;
  const auto out = folder.file("out", ""), err = folder.file("err", "");
  const auto argv = pointers(words), variables = pointers(environment);
  std::cout.flush();  // or a sanitizer's _exit writes the test runner's own words once more
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int out_fd = ::open(out.c_str(), O_WRONLY), err_fd = ::open(err.c_str(), O_WRONLY);
    if (out_fd < 0 || err_fd < 0) ::_exit(99);
    ::dup2(out_fd, STDOUT_FILENO);
    ::dup2(err_fd, STDERR_FILENO);
    ::_exit(cli::run(static_cast<int>(words.size()), argv.data(), variables.data()));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
}

}  // namespace sidekick::test
