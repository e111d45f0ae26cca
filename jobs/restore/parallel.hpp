/// The same work on many items by several clients at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "mongo/client.hpp"

namespace sidekick::restore {

/// Calls `work(client, i)` for each i below `count`, on at most `workers` threads, each with a client of its own.
/// Every item is tried, also when another fails; then the first failure is rethrown.
template <class Work>
void for_each_in_parallel(mongo::Pool& pool, int workers, std::size_t count, Work work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr first_failure;
  const auto run = [&] {
    const auto client = pool.client();
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(client, i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first_failure) first_failure = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < static_cast<std::size_t>(workers) && i < count; i++) threads.emplace_back(run);
  }
  if (first_failure) std::rethrow_exception(first_failure);
}

}  // namespace sidekick::restore
