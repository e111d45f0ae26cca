/// That the process was asked to end, and by which signal.
#pragma once

#include <list>
#include <mutex>
#include <optional>

#include "sidekick/cancel.hpp"

namespace sidekick::runtime {

/// Thread safe. raise() is not for signal handlers: SignalThread calls it from an ordinary thread.
class Interrupt final {
 public:
  /// Keeps a source linked: it is cancelled when the interrupt is raised, at once if it was already.
  class Link final {
   public:
    Link(Interrupt& interrupt, const CancelSource& source);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

   private:
    Interrupt& interrupt_;
    std::list<CancelSource>::iterator place_;
  };

  /// Cancels the token and all that is linked. The first signal stays the one that counts.
  void raise(int signal) noexcept;

  std::optional<int> signal() const noexcept;
  CancelToken token() const { return source_.token(); }

 private:
  mutable std::mutex mutex_;
  std::optional<int> signal_;
  CancelSource source_;
  std::list<CancelSource> linked_;
};

}  // namespace sidekick::runtime
