/// One at a time, among processes that share nothing but a storage.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "sidekick/clock.hpp"
#include "sidekick/log.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

struct LeaseSettings {
  std::string job;
  std::string holder;                   ///< for messages: host and pid
  std::chrono::seconds ends_after{60};  ///< a holder that did not renew for so long is taken for dead
};

/// Held while it lives, renewed by a thread of its own, given up by the destructor (which waits for a second at most,
/// however the storage is). Objects "<job>.lease-<generation>", each created only if absent: whoever creates the next
/// generation, and then finds none later, holds the lease; the one before may be passed over once it was given up, or
/// was watched unchanged for `ends_after` by our own monotonic clock (no two machines' clocks are compared). A holder
/// that finds a later generation, or cannot renew for `ends_after`, has lost it, for good. A lease says by whose
/// `ends_after` it is renewed, and that is what others wait for. The latest generation is never removed, those before
/// it are: so one small object stays. Where the storage's exclusion is advisory, of two who created the same generation
/// the one whose bytes were overwritten has lost it, which it finds out a moment later.
class Lease final {
 public:
  /// Nothing where another holder is alive, or not known to be dead, and `give_up` is past: to pass over a dead one
  /// takes more than `ends_after`. What is given outlives the lease. Throws as Storage does, cancelled included.
  static std::unique_ptr<Lease> acquire(storage::Storage& storage, const LeaseSettings& settings, Clock& clock,
                                        Clock::time_point give_up, const CancelToken& cancel, Log& log);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Throws Error of kind temporary once it is lost: to be asked before anything is published or deleted. Asks the
  /// storage, but not more than once a second, and throws as that does. Safe from any thread.
  void ensure() const;

 private:
  struct Impl;
  explicit Lease(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::backup
