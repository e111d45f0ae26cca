/// One at a time, among processes that share nothing but the place where the lease is kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "lease/records.hpp"
#include "sidekick/clock.hpp"
#include "sidekick/log.hpp"

namespace sidekick::lease {

struct LeaseSettings {
  std::string job;                      ///< for messages
  std::string holder;                   ///< for messages: host and pid
  std::chrono::seconds ends_after{60};  ///< a holder that did not renew for so long is taken for dead
};

/// Held while it lives, renewed by a thread of its own, given up by the destructor (which waits for a second at most,
/// however the place is). Whoever creates the record of the next number, and then finds no later one, holds the lease;
/// the one before may be passed over once it was given up, or was watched unchanged for `ends_after` by our own
/// monotonic clock (no two machines' clocks are compared). A holder that finds a later number, or cannot renew for
/// `ends_after`, has lost it, for good. A record says by whose `ends_after` it is renewed, and that is what others wait
/// for. The latest record is never removed, those before it are: so one stays.
class Lease final {
 public:
  /// Nothing where another holder is alive, or not known to be dead, and `give_up` is past: to pass over a dead one
  /// takes more than `ends_after`. `clock` and `log` outlive the lease. Throws as `records` does, cancelled included.
  static std::unique_ptr<Lease> acquire(const std::shared_ptr<Records>& records, const LeaseSettings& settings,
                                        Clock& clock, Clock::time_point give_up, const CancelToken& cancel, Log& log);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Throws Error of kind temporary once it is lost: to be asked before anything is published or deleted. Asks the
  /// place, but not more than once a second, and throws as that does. Safe from any thread.
  void ensure() const;

  /// Greater than that of every holder before, and less than that of every one after: a writer that puts it into its
  /// conditions cannot be overtaken by one that lost its lease. Never changes.
  std::uint64_t number() const noexcept;

  /// Identifies this holder alone: 32 random hexadecimal digits. Never changes.
  const std::string& id() const noexcept;

 private:
  struct Impl;
  explicit Lease(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::lease
