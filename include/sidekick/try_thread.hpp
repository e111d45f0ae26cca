/// Starts a thread that the system may refuse.
#pragma once

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sidekick {

/// Runs `work` on a new thread, appended to `threads`. Returns false if the system refuses a thread, as under a pids
/// limit; the caller then works with the threads that it has. Throws std::bad_alloc. Not thread safe.
template <class Work>
bool try_thread(std::vector<std::jthread>& threads, Work work) {
  try {
    threads.emplace_back(std::move(work));
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

}  // namespace sidekick
