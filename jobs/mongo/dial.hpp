/// Opening a connection, with a deadline and giving way to cancellation.
#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::mongo {

/// An open non-blocking socket, or why there is none ("connection refused").
struct Dialled {
  Fd fd;
  std::string failure;
};

/// Tries each address of `host` (or its socket path) in turn, `timeout` for each. Never throws for a failure.
Dialled dial(const mongoc_host_list_t& host, std::chrono::milliseconds timeout, const CancelToken& cancel);

/// Waits until `fd` has one of `events`; false with errno ETIMEDOUT at the deadline or ECANCELED when cancelled.
bool wait_ready(int fd, short events, std::optional<std::chrono::steady_clock::time_point> deadline,
                const CancelToken& cancel);

}  // namespace sidekick::mongo
