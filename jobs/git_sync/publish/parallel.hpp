/// Processes many items on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "sidekick/try_thread.hpp"

namespace sidekick::git_sync {

/// Calls `work(state, i)` for each i below `count` on at most `workers` threads, including the caller's; each thread
/// has its own `state` from `make_state()`. After a failure no further item is started, and the first exception is
/// rethrown.
template <class MakeState, class Work>
void for_each_piece(std::size_t workers, std::size_t count, MakeState make_state, Work work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      auto state = make_state();
      for (std::size_t i = next++; i < count; i = next++) work(state, i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    while (threads.size() + 1 < std::min(workers, count) && try_thread(threads, run)) continue;
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sidekick::git_sync
