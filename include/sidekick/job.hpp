/// The contract between a job and the frame that runs it. Several jobs share a process; each has a thread of its own
/// while it works. A job gets everything from its settings and its context. It touches nothing that belongs to the
/// process: umask, signals, working directory, environment, allocator settings, children that it did not start. Every
/// wait, including those in callbacks of libraries, ends on cancellation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"
#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "sidekick/log.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick {

/// How far a job is. `total` is absent while it is not known. `unit` is "bytes" or a plural noun.
struct Progress {
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;
  std::string_view unit;
};

/// What a job reports while it runs. Safe from any thread, cheap enough to call for every batch, never throws.
class StatusSink {
 public:
  virtual ~StatusSink() = default;

  /// Reports a new position. Progress resets the retry budget.
  virtual void progress(const Progress& progress) noexcept = 0;

  /// The result of the job is usable from now on, and stays so whatever fails later.
  virtual void ready() noexcept = 0;
};

/// All that a job gets besides its settings. The references outlive run() and step().
struct JobContext {
  Clock& clock;
  CancelToken cancel;
  StatusSink& status;
  MetricSink& metrics;
  Log& log;
  int attempt = 1;
  /// Cancelled if the process or the job ends. If only `cancel` is, the attempt has timed out, which is a failure like
  /// others.
  CancelToken ending{};
};

/// What a job did, in one line of figures: "restored 3 documents of 1 collection".
struct Outcome {
  std::string summary;
};

/// Work that ends. A job may be killed at any instruction and run again: it finishes what is begun or starts over.
class OneShotJob {
 public:
  virtual ~OneShotJob() = default;

  /// Does the work once. Returns when it is done and durable. Throws Error; kind cancelled within 2 s of
  /// context.cancel, leaving what a kill would have left or less. Called again for the next attempt, never twice at
  /// once.
  virtual Outcome run(JobContext& context) = 0;
};

/// What one step of a loop did, and when the next one is due.
struct Step {
  Outcome outcome;
  Clock::time_point next_due;
  /// A descriptor that makes the next step due as soon as it is readable; -1: none. The job owns it, keeps it open
  /// until it is called again, and must drain it then: a descriptor that stays readable makes every step due at once.
  int wake_fd = -1;
};

/// Work that is never done. The frame waits between steps; the job never sleeps for its period, nor
/// waits for what its wake_fd can wait for. A step that finds nothing has no summary, and is not logged.
class LoopJob {
 public:
  virtual ~LoopJob() = default;

  /// One turn of the loop, with the contract of OneShotJob::run().
  virtual Step step(JobContext& context) = 0;
};

}  // namespace sidekick
