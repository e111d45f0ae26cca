/// Cancellation: one source, any number of tokens.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "sidekick/fd.hpp"

namespace sidekick {

/// Handed to work that can be stopped. Copies share one state. All members are safe from any thread.
class CancelToken {
 public:
  /// A token that is never cancelled.
  CancelToken();

  bool cancelled() const noexcept;

  /// Throws Error of kind cancelled once cancel() was called.
  void throw_if_cancelled() const;

  /// A descriptor that becomes readable on cancellation, for use in a poll(). Never read from it.
  int fd() const noexcept;

 private:
  friend class CancelSource;
  struct State;
  explicit CancelToken(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// The side that cancels. cancel() may be called from any thread, any number of times, but not from a signal handler.
/// Throws Error of kind io if no descriptor is available.
class CancelSource {
 public:
  CancelSource();
  /// Is also cancelled when `parent` is; never cancels `parent`.
  explicit CancelSource(const CancelToken& parent);
  CancelToken token() const { return token_; }
  void cancel() noexcept;

 private:
  CancelToken token_;
};

}  // namespace sidekick
