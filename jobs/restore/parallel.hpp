/// Processes many items with several clients in parallel.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "mongo/client.hpp"
#include "sidekick/try_thread.hpp"

namespace sidekick::restore {

/// Calls `work(client, i)` for each i below `count`, on at most `workers` threads, each with its own client. Where a
/// server rejects an item (an Error of kind data), the others are still tried. After any other failure no further item
/// is started, so that a lost server is waited for once and not once per item. The first failure is rethrown.
template <class Work>
void for_each_in_parallel(mongo::Pool& pool, int workers, std::size_t count, Work work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> hopeless = false;
  std::mutex mutex;
  std::exception_ptr first_failure;
  const auto keep_failure = [&] {
    const std::lock_guard lock(mutex);
    if (!first_failure) first_failure = std::current_exception();
  };
  const auto run = [&] {
    const auto client = pool.client();
    for (std::size_t i = next++; i < count; i = next++) {
      if (hopeless) return;
      try {
        work(client, i);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) hopeless = true;
        keep_failure();
      } catch (...) {
        hopeless = true;
        keep_failure();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    while (threads.size() < std::min(static_cast<std::size_t>(workers), count) && try_thread(threads, run)) continue;
    if (threads.empty()) run();
  }
  if (first_failure) std::rethrow_exception(first_failure);
}

}  // namespace sidekick::restore
