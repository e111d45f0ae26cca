/// Looking up the addresses of a name, with a deadline and giving way to cancellation.
#pragma once

#include <netdb.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"

namespace sidekick {

/// The addresses of a name, or why there are none ("no such name: …").
struct Addresses {
  std::shared_ptr<const addrinfo> first;  ///< the list as getaddrinfo returns it; null where `failure` says why
  std::string failure;
};

/// Looks up stream addresses of `host` (a name, or an address without brackets) for `port`. `family` is AF_UNSPEC,
/// AF_INET or AF_INET6. Never throws for a failure. Since nothing interrupts getaddrinfo, a name is looked up on a
/// thread of its own, which is left to itself at the deadline and on cancellation; it keeps only its own copies and
/// ends when the resolver gives up. Where the system has no thread left the caller's thread blocks. Thread safe.
Addresses look_up(const std::string& host, std::uint16_t port, int family,
                  std::optional<std::chrono::steady_clock::time_point> deadline, const CancelToken& cancel);

}  // namespace sidekick
