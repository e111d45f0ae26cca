/// The text of a lease.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sidekick::lease {

/// A small text for people, and different after every renewal.
struct Record {
  std::string holder;
  std::string token;  ///< of this holder alone
  std::uint64_t renewals = 0;
  std::chrono::seconds ends_after{0};  ///< by which the holder renews: whoever watches waits as long; 0: not said
  enum class State { held, given_up } state = State::held;

  std::string text() const;
};

/// Whatever was read: where it is no record, it is held by somebody unknown.
Record parse_record(std::string_view text);

}  // namespace sidekick::lease
