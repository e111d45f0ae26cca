/// The error type of the program. Its kind decides the exit code and whether the job is retried.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick {

enum class ErrorKind {
  usage,
  data,
  no_input,
  unavailable,
  internal,
  cannot_create,
  io,
  temporary,
  denied,
  config,
  timeout,
  cancelled,
  command,
};

struct ErrorKindInfo {
  ErrorKind kind;
  std::string_view name;
  int exit_code;
  bool transient;
};

/// The row of the one table of kinds: its name in logs, its exit code (sysexits where one fits) and whether the job is
/// retried. `cancelled` has the code of SIGTERM; a process that a signal ended replaces it with that signal's code.
/// `command` is a program that was run and failed: its error brings the program's own code. Never throws; thread safe.
const ErrorKindInfo& info(ErrorKind kind) noexcept;

enum class Retry { as_kind, never };

/// A failure with its object and cause in one lower-case line without a full stop, and a hint on what to do (may be
/// empty). Credentials never go into either: see redact_url(). Immutable, so safe to read from any thread.
class Error final : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {}, Retry retry = Retry::as_kind);

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// True if the same work may be retried: the kind is transient, and the thrower did not rule it out.
  bool transient() const noexcept;

  /// True if the thrower ruled out a retry, whatever the kind.
  bool retry_ruled_out() const noexcept { return retry_ == Retry::never; }

  /// The same error, never retried in this process (its input is consumed).
  Error without_retry() const;

  /// Replaces the exit code of the kind: that of a child.
  std::optional<int> exit_code() const noexcept { return exit_code_; }

  /// The same error with that exit code.
  Error with_exit_code(int code) const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  Retry retry_;
  std::optional<int> exit_code_;
};

/// `what: <text of errno>` with the kind that fits the number: EACCES and EPERM are denied, ENOENT is no_input, EROFS
/// is cannot_create, everything else io. Only io is transient: a local refusal does not change on retry.
Error error_from_errno(std::string what, int number, std::string hint = {});

/// Output of another program in the form of a message: one line of printable text without a full stop, at most 300
/// bytes.
std::string one_line(std::string_view text);

}  // namespace sidekick
