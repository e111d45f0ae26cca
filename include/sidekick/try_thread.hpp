/// Starting a thread where the system may have none left.
#pragma once

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sidekick {

/// Runs `work` on a new thread at the end of `threads`. Returns false where the system has no thread left, as under a
/// pids limit: the caller then does the work with those that it has. Throws std::bad_alloc. Not thread safe.
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
