/// Retries one operation while a replica set changes its primary.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "sidekick/job.hpp"

namespace sidekick::mongo {

/// Calls `operation` until it returns or throws an error that is not transient. Waits between tries, from 100 ms,
/// doubled, up to 2 s. After 30 s of failures, more than an election takes, it rethrows the last error, which ends the
/// attempt. `operation` must be idempotent: a failed try may have been executed. Throws Error of kind cancelled as soon
/// as the context's token is cancelled.
template <class Operation>
auto persevere(JobContext& context, Operation operation) {
  using namespace std::chrono_literals;
  constexpr auto patience = 30s;
  Clock::duration pause = 100ms;
  std::optional<Clock::time_point> failing_since;
  for (;;) {
    context.cancel.throw_if_cancelled();
    try {
      return operation();
    } catch (const Error& error) {
      context.cancel.throw_if_cancelled();
      const auto now = context.clock.now();
      if (!failing_since) failing_since = now;
      if (!error.transient() || now - *failing_since > patience) throw;
      context.log.debug("retrying", {{"error", error.message()}});
    }
    if (context.clock.wait_for(pause, context.cancel) == Wake::cancelled) context.cancel.throw_if_cancelled();
    pause = std::min<Clock::duration>(pause * 2, 2s);
  }
}

}  // namespace sidekick::mongo
