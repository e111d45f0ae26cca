#include <linux/close_range.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <limits>

#include "sidekick/child.hpp"
#include "sidekick/error.hpp"
#include "sidekick/exec_failure.hpp"
#include "sidekick/launch.hpp"

namespace sidekick {

namespace {

void forget_signals() noexcept {
  for (int signal = 1; signal < NSIG; signal++) std::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void execute(const std::vector<std::string>& argv) {
  const char* search = std::getenv("PATH");
  const auto program = find_program(argv.front(), search != nullptr ? search : std::string(usual_search));
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  forget_signals();
  // Where the kernel cannot do this yet, what we opened ourselves is closed all the same.
  ::close_range(STDERR_FILENO + 1, std::numeric_limits<int>::max(), CLOSE_RANGE_CLOEXEC);
  ::execv(program.c_str(), words.data());
  throw exec_failure("cannot run '" + program + "'", program, errno);
}

}  // namespace

void become(const std::vector<std::string>& argv) {
  constexpr int not_executable = 126, not_found = 127;
  try {
    execute(argv);
  } catch (const Error& error) {
    throw error.with_exit_code(error.kind() == ErrorKind::no_input ? not_found : not_executable);
  }
}

}  // namespace sidekick
