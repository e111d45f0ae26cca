/// A process of its own that takes a lease and says how it fares.
#pragma once

#include <chrono>
#include <csignal>
#include <string>

#include "sidekick/fd.hpp"

namespace sidekick::test {

/// Understands 'a': acquire at once, answered by 'y' or 'n'; 'e': ensure, answered by 'h' (held) or 'l' (lost); 'q':
/// give it up and end. Killed and reaped on destruction. To be made while no other thread runs. For one thread.
class LeaseChild final {
 public:
  LeaseChild(const std::string& folder, std::chrono::seconds ends_after);
  ~LeaseChild();
  LeaseChild(const LeaseChild&) = delete;
  LeaseChild& operator=(const LeaseChild&) = delete;

  void tell(char word) const;
  /// '?' where it ended, or nothing came within 20 s.
  char answer() const;
  void signal(int number) const;
  /// The exit code; -1 where a signal ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  Fd to_;
  Fd from_;
};

}  // namespace sidekick::test
