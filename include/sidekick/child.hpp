/// Child processes: started in a group of their own, watched, and ended together with all they started.
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
  int code = 0;        ///< exit code, or the number of the signal; of no meaning when it timed out
  std::string output;  ///< the last 16 KiB of standard output and error together

  bool succeeded() const noexcept { return end == ChildEnd::exited && code == 0; }
  /// "exited with 3", "was killed by SIGSEGV", "ran out of time".
  std::string description() const;
};

/// Runs a program to its end, with /dev/null as its standard input. When it returns, nothing of its process group is
/// left. Throws Error: no_input (no such program), denied (not executable), io (no process can be made), cancelled
/// (after the group was ended). Safe from any thread; the process must not collect children elsewhere.
ChildResult run_child(const ChildRequest& request, const CancelToken& cancel);

/// Where a child's output goes while it runs. What these throw comes out of run_child(), after the group was killed.
struct ChildOutput {
  std::function<void(std::span<const std::uint8_t>)> bytes;  ///< standard output
  std::function<void(std::string_view)> line;  ///< each line of standard error, cut where it is longer than 4 KiB
};

/// The same with its standard output and error apart: while `output` takes its time, the child waits. Where the program
/// ended with 0, its standard output is read to its end, also what processes that it left write to it; io where one of
/// them keeps it open and is silent for 10 s. ChildResult::output has the last 16 KiB of standard error. After
/// cancellation nothing more is handed over.
ChildResult run_child(const ChildRequest& request, const ChildOutput& output, const CancelToken& cancel);

/// Becomes the program (looked up in PATH where it has no slash), with our environment, no signal blocked and none
/// ignored; open descriptors but the first three are closed. Throws Error: no_input (no such program, with the exit
/// code 127), denied (not executable, 126), io (126). For a process whose other threads may die.
[[noreturn]] void become(const std::vector<std::string>& argv);

/// Splits a command line into words as a shell does, with '…', "…" and \, but nothing is expanded. Throws Error of kind
/// usage for an open quote.
std::vector<std::string> split_command_line(const std::string& text);

}  // namespace sidekick
