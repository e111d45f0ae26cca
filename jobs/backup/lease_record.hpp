/// What a lease looks like in a storage.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/storage.hpp"

namespace sidekick::backup {

/// A small text for people, and different after every renewal.
struct LeaseRecord {
  std::string holder;
  std::string token;  ///< of this holder alone
  std::uint64_t renewals = 0;
  std::chrono::seconds ends_after{0};  ///< by which the holder renews: whoever watches waits as long; 0: not said
  enum class State { held, given_up } state = State::held;

  std::string text() const;
};

/// Whatever was read: where it is no record, it is held by somebody unknown.
LeaseRecord parse_lease_record(std::string_view text);

/// "<job>.lease-0000000017"; no backup has such a name, nor has it the lease of a job whose name begins alike.
std::string lease_name(std::string_view job, std::uint64_t generation);

/// The generation that an object's name says; nothing for other names.
std::optional<std::uint64_t> lease_generation(std::string_view job, std::string_view name);

}  // namespace sidekick::backup
