/// Ends the wait of the scheduler, from any thread.
#pragma once

#include "sidekick/fd.hpp"

namespace sidekick::runtime {

/// Thread safe.
class Waker final {
 public:
  /// Throws Error of kind io where no descriptor can be had.
  Waker();

  void wake() noexcept;
  void clear() noexcept;

  /// Readable from wake() to clear().
  int fd() const noexcept { return event_.get(); }

 private:
  Fd event_;
};

}  // namespace sidekick::runtime
