/// Children of the tests: started, watched and ended by their owner.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sidekick/fd.hpp"

namespace sidekick::test {

using namespace std::chrono_literals;

/// What to start. The environment is the test's own without its SIDEKICK_* variables, and then `environment`.
struct Command {
  std::vector<std::string> words{};  ///< program (looked up on PATH) and arguments
  std::vector<std::pair<std::string, std::string>> environment{};
  std::filesystem::path input = "/dev/null";  ///< what it reads as standard input
  std::filesystem::path folder = ".";
};

/// How a child ended and what it said.
struct Finished {
  int exit_code = -1;  ///< -1 where a signal ended it
  int signal = 0;      ///< 0 where it ended by itself
  bool timed_out = false;
  std::string out{};
  std::string err{};
  std::chrono::duration<double> wall{};
  std::chrono::duration<double> cpu{};  ///< user and system
  long peak_kib = 0;

  /// The ending in a few words and all of the output: for the message of an assertion.
  std::string describe() const;
};

/// A running child. Its output goes to memory, so it never blocks on us. Killed and reaped on destruction. One thread.
class Child final {
 public:
  /// Throws std::runtime_error where it cannot be started.
  explicit Child(const Command& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  bool running();

  /// What it has written so far.
  std::string out() const;
  std::string err() const;

  /// Waits for its end; kills it at the deadline and says so. May be called again.
  Finished wait(std::chrono::steady_clock::duration deadline);

 private:
  void reap(int status, const struct rusage& usage);

  Fd out_;
  Fd err_;
  Fd input_;
  pid_t pid_ = -1;
  bool reaped_ = false;
  std::chrono::steady_clock::time_point started_;
  Finished finished_;
};

/// Starts it and waits for its end.
Finished run(const Command& command, std::chrono::steady_clock::duration deadline);

}  // namespace sidekick::test
