/// The same work on many pieces by several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace sidekick::git_sync {

/// Calls `work(state, i)` for each i below `count` on at most `workers` threads, the caller's among them; each has a
/// `state` of its own from `make_state()`. After a failure no new piece is begun, and the first is rethrown.
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
    try {
      for (std::size_t i = 1; i < std::min(workers, count); i++) threads.emplace_back(run);
    } catch (const std::system_error&) {  // no more threads to be had: fewer do all of it
    }
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sidekick::git_sync
