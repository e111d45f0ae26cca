/// One at a time, among processes that share nothing but a storage.
#pragma once

#include <chrono>
#include <functional>
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

/// Held while it lives, renewed by a thread of its own, given up by the destructor. Objects
/// "<job>.lease-<generation>", each created only if absent: whoever creates the next generation holds the lease; the
/// one before may be passed over once it was given up, or was watched unchanged for `ends_after` by our own monotonic
/// clock (no two machines' clocks are compared). A holder that finds a later generation, or cannot renew for
/// `ends_after`, has lost it.
class Lease final {
 public:
  /// Nothing where another holder is alive and `give_up` is past. Throws as Storage does.
  static std::unique_ptr<Lease> acquire(storage::Storage& storage, const LeaseSettings& settings, Clock& clock,
                                        Clock::time_point give_up, const CancelToken& cancel, Log& log);
  ~Lease();

  /// Throws Error of kind temporary once it is lost: to be asked before anything is published or deleted.
  void ensure() const;

 private:
  struct Impl;
  explicit Lease(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// True where a lease of that job is, or may be, held by another.
bool is_lease_live(storage::Storage& storage, const LeaseSettings& settings, Clock& clock, const CancelToken& cancel);

}  // namespace sidekick::backup
