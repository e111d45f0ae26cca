/// How the attempts of a job are limited, and what follows a failure.
#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "agent/runtime/retry.hpp"
#include "sidekick/error.hpp"

namespace sidekick::runtime {

enum class AfterPermanent { end, park };

/// The usual rule. A one-shot job, and a loop until it is ready, spend their RetryLimits. A loop that was ready never
/// gives up: it retries every failure, after 1 s and then after longer and longer waits, at most 30 s.
struct Persevere {};

/// The rule of git-sync: every failure is retried after a fixed time, until there are too many in a row. The first
/// success, not readiness, ends the initial phase. An error of a transient kind whose retry is ruled out ends the job.
struct CountFailures {
  int max_failures = 0;                      ///< so many in a row end the job, and one if it is 0; negative: never
  std::optional<int> init_max_failures;      ///< the same before the first success; absent: max_failures
  std::chrono::milliseconds period{10'000};  ///< from a failure to the next attempt
  std::chrono::milliseconds init_period{0};  ///< the same before the first success; 0: period
};

using FailurePolicy = std::variant<Persevere, CountFailures>;

/// What a step of a loop that did nothing (its summary is empty) says of the job.
enum class IdleSteps {
  succeed,   ///< it is a success like others, and readiness stays whatever fails later
  are_mute,  ///< nothing: only a step that did something ends a failure and counts as the last success. A job that
             ///< fails is not ready
};

/// The exit code of a process that ends with an error of that kind.
using ExitCodeOf = int (*)(ErrorKind kind);

/// The code of the kind in the table.
int own_exit_code(ErrorKind kind);

/// The code of git-sync: 2 for the syntax of flags (kind usage), 143 for cancelled, 1 for everything else.
int git_sync_exit_code(ErrorKind kind);

struct Policy {
  RetryLimits retry;
  std::optional<std::chrono::milliseconds> timeout;          ///< for everything; a loop has none
  std::optional<std::chrono::milliseconds> attempt_timeout;  ///< for one attempt or step
  /// How long a cancelled attempt may take to return.
  std::chrono::milliseconds let_go{2'000};
  std::chrono::milliseconds settle{0};  ///< a job that succeeds stays up until it has run so long
  AfterPermanent after_permanent = AfterPermanent::end;
  FailurePolicy failures;
  IdleSteps idle_steps = IdleSteps::succeed;
  ExitCodeOf exit_code_of = own_exit_code;
};

}  // namespace sidekick::runtime
