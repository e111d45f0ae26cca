/// Runs child processes, each in a process group of its own, which ends with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/cancel.hpp"

namespace sidekick {

struct ChildRequest {
  std::vector<std::string> argv;         ///< the program (looked up in PATH where it has no slash) and its arguments
  std::string folder;                    ///< its working directory; empty: ours
  std::vector<std::string> environment;  ///< "NAME=value", all of it
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds grace{2'000};  ///< from SIGTERM to SIGKILL, to the whole group
  std::optional<mode_t> umask{};           ///< empty: ours
};

enum class ChildEnd { exited, signalled, timed_out };

struct ChildResult {
  ChildEnd end = ChildEnd::exited;
  int code = 0;        ///< exit code, or the number of the signal; meaningless after a timeout
  std::string output;  ///< the last 16 KiB of standard output and error together

  bool succeeded() const noexcept { return end == ChildEnd::exited && code == 0; }
  /// "exited with 3", "was killed by SIGSEGV", "ran out of time".
  std::string description() const;
};

/// Runs a program to its end, with /dev/null as its standard input. No process of its group is left when this returns.
/// Throws Error: no_input (no such program), denied (not executable), io (fork fails), cancelled (after the group has
/// ended). Safe from any thread; the process must not collect children elsewhere.
ChildResult run_child(const ChildRequest& request, const CancelToken& cancel);

/// Receives the output of a child while it runs. If one of these throws, run_child() kills the group and rethrows.
struct ChildOutput {
  std::function<void(std::span<const std::uint8_t>)> bytes;  ///< standard output
  std::function<void(std::string_view)> line;                ///< each line of standard error, cut at 4 KiB
};

/// The same with standard output and standard error kept apart. The child blocks while `output` is busy. If the program
/// exits with 0, its standard output is read to the end, including what processes that it left behind write; throws io
/// if one of them keeps it open and writes nothing for 10 s. ChildResult::output has the last 16 KiB of standard error.
/// Passes nothing on after cancellation.
ChildResult run_child(const ChildRequest& request, const ChildOutput& output, const CancelToken& cancel);

/// Replaces this process by the program (looked up in PATH if it has no slash), with our environment, no signal blocked
/// and none ignored. Closes all descriptors but the first three. Throws Error: no_input (no such program, with the exit
/// code 127), denied (not executable, 126), io (126). Ends all other threads.
[[noreturn]] void become(const std::vector<std::string>& argv);

/// Splits a command line into words as a shell does, with '…', "…" and \, but expands nothing. Throws Error of kind
/// usage for an open quote.
std::vector<std::string> split_command_line(const std::string& text);

}  // namespace sidekick
