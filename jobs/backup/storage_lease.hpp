/// Leases that are kept in a storage: objects "<job>.lease-<number>".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lease/lease.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

using lease::Lease;
using lease::LeaseSettings;

/// The records of `job` in the storage, which outlives them. Each is created only if absent; where the storage's
/// exclusion is advisory, of two who created the same number the one whose bytes were overwritten has lost it, which it
/// finds out a moment later. A storage cannot compare what it replaces.
std::shared_ptr<lease::Records> storage_records(storage::Storage& storage, std::string job);

/// Lease::acquire() with those.
std::unique_ptr<Lease> acquire_lease(storage::Storage& storage, const LeaseSettings& settings, Clock& clock,
                                     Clock::time_point give_up, const CancelToken& cancel, Log& log);

/// "<job>.lease-0000000017"; no backup has such a name, nor has it the lease of a job whose name begins alike.
std::string lease_name(std::string_view job, std::uint64_t number);

/// The number that an object's name says; nothing for other names.
std::optional<std::uint64_t> lease_number(std::string_view job, std::string_view name);

}  // namespace sidekick::backup
