/// Many small reads, in parallel where they are slow.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "sidekick/try_thread.hpp"

namespace sidekick::storage {

/// The results of `read(i)` for each i below `count`, in order. Reads a few first; when they are slow (a network),
/// eight threads read the rest, so `read` must be safe from any thread. Throws what a call throws, after all have
/// ended.
template <class T, class Read>
std::vector<T> read_each(std::size_t count, const Read& read) {
  using std::chrono::steady_clock;
  constexpr std::size_t threads = 8;
  constexpr std::size_t tried_first = 16;
  constexpr std::chrono::microseconds slow(500);
  std::vector<T> out(count);
  const auto begin = steady_clock::now();
  std::size_t done = 0;
  for (; done < std::min(count, tried_first); done++) out[done] = read(done);
  const bool is_slow = done > 0 && (steady_clock::now() - begin) / done > slow;
  if (!is_slow) {
    for (; done < count; done++) out[done] = read(done);
    return out;
  }
  std::atomic<std::size_t> next = done;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&]() noexcept {
    try {
      for (auto i = next++; i < count; i = next++) out[i] = read(i);
    } catch (...) {
      next = count;
      const std::scoped_lock lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> workers;
    while (workers.size() < std::min(threads, count - done) && try_thread(workers, work)) continue;
    if (workers.empty()) work();
  }
  if (failure) std::rethrow_exception(failure);
  return out;
}

}  // namespace sidekick::storage
