/// Waiting for a condition instead of for a time.
#pragma once

#include <chrono>
#include <thread>

namespace sidekick::test {

using namespace std::chrono_literals;

/// Asks `condition` again and again until it says yes (true) or `deadline` has passed (false). What it throws comes
/// through.
template <class Condition>
bool eventually(std::chrono::steady_clock::duration deadline, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

}  // namespace sidekick::test
