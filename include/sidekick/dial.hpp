/// Opens connections, with a deadline and cancellation.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick {

/// An open non-blocking socket, or why there is none ("Connection refused").
struct DialResult {
  Fd fd;
  std::string failure;
};

/// Tries each address of `host` (a name, or an IPv4 or IPv6 address without brackets) in turn, `timeout` for each and
/// for the lookup. `family` is AF_UNSPEC, AF_INET or AF_INET6. Does not throw on failure. Thread safe.
DialResult dial(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout,
                const CancelToken& cancel, int family = AF_UNSPEC);

/// The same for the socket at `path`.
DialResult dial_path(const std::string& path, std::chrono::milliseconds timeout, const CancelToken& cancel);

/// Blocks until `fd` has one of `events`; false with errno ETIMEDOUT at the deadline or ECANCELED when cancelled.
bool wait_ready(int fd, short events, std::optional<std::chrono::steady_clock::time_point> deadline,
                const CancelToken& cancel);

/// Blocks until `fd` has one of `events`. Throws Error: unavailable after `idle` without an event, cancelled.
void wait_for_server(int fd, short events, std::chrono::milliseconds idle, const CancelToken& cancel);

}  // namespace sidekick
