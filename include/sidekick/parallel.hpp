/// Does the same work on many items in several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "sidekick/try_thread.hpp"

namespace sidekick {

/// Starts no further item after a failure.
struct StopAtFirstFailure {
  bool operator()(const std::exception_ptr&) const noexcept { return false; }
};

/// Calls `work(state, i)` for each i below `count` on at most `workers` threads including the caller's, or fewer if the
/// system has no more; each has a `state` of its own from `make_state()`. Starts no further item after a failure unless
/// `goes_on(failure)`; rethrows the first failure when all threads have ended.
template <class MakeState, class Work, class GoesOn = StopAtFirstFailure>
void for_each_in_parallel(std::size_t workers, std::size_t count, MakeState make_state, Work work,
                          GoesOn goes_on = {}) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr first;
  const auto keep = [&](bool ends_all) {
    if (ends_all) next = count;
    const std::lock_guard lock(mutex);
    if (!first) first = std::current_exception();
  };
  const auto run = [&] {
    try {
      auto state = make_state();
      for (std::size_t i = next++; i < count; i = next++) {
        try {
          work(state, i);
        } catch (...) {
          keep(!goes_on(std::current_exception()));
        }
      }
    } catch (...) {
      keep(true);
    }
  };
  {
    std::vector<std::jthread> threads;
    while (threads.size() + 1 < std::min(workers, count) && try_thread(threads, run)) continue;
    if (count > 0) run();
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace sidekick
