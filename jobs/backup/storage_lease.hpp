/// Leases in a storage: objects "<job>.lease-<number>".
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

/// The records of `job` in the storage, which outlives them. Creates each record only if absent. If the exclusion of
/// the storage is advisory and two processes create the same number, the one whose bytes are overwritten loses, and
/// finds out a moment later. A storage has no conditional replace.
std::shared_ptr<lease::Records> storage_records(storage::Storage& storage, std::string job);

/// Lease::acquire() with these records.
std::unique_ptr<Lease> acquire_lease(storage::Storage& storage, const LeaseSettings& settings, Clock& clock,
                                     Clock::time_point give_up, const CancelToken& cancel, Log& log);

/// "<job>.lease-0000000017"; no backup and no other job has such a name.
std::string lease_name(std::string_view job, std::uint64_t number);

/// The number in the name of an object; nothing for other names.
std::optional<std::uint64_t> lease_number(std::string_view job, std::string_view name);

}  // namespace sidekick::backup
