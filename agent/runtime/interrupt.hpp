/// The request to a process or a job to end, and its signal.
#pragma once

#include <atomic>
#include <optional>

#include "sidekick/cancel.hpp"

namespace sidekick::runtime {

/// Thread safe. raise() is not for signal handlers: SignalThread calls it from an ordinary thread. The constructors
/// throw Error of kind io where no descriptor can be had.
class Interrupt final {
 public:
  Interrupt() = default;
  /// The interrupt of a job: it is raised with that of the process, which outlives it, and never raises that one.
  explicit Interrupt(const Interrupt* process) : process_(process), source_(process->token()) {}

  /// Cancels the token. Only the first signal counts.
  void raise(int signal) noexcept {
    int none = 0;
    signal_.compare_exchange_strong(none, signal);
    source_.cancel();
  }

  std::optional<int> signal() const noexcept {
    if (const int own = signal_) return own;
    return process_ != nullptr ? process_->signal() : std::nullopt;
  }

  CancelToken token() const { return source_.token(); }

 private:
  const Interrupt* process_ = nullptr;
  std::atomic<int> signal_ = 0;
  CancelSource source_;
};

}  // namespace sidekick::runtime
