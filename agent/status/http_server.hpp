/// A small HTTP server for probes, metrics and triggers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/status/http_address.hpp"
#include "agent/status/http_route.hpp"

namespace sidekick::status {

struct HttpLimits {
  std::chrono::milliseconds timeout{10'000};  ///< for a whole request to come, and for its answer to be taken
  std::size_t max_connections = 64;           ///< one more closes the one that has been idle for longest
  std::uint32_t max_header_bytes = 64U << 10U;
  std::uint64_t max_body_bytes = 1U << 20U;  ///< of a POST; other requests have no body
};

/// Answers from its construction to its destruction, in its own thread, which receives no signals. Speaks HTTP/1.1 with
/// keep-alive. No client can end or block it: a request that is malformed, too large or too slow closes its connection.
class HttpServer final {
 public:
  /// Throws Error: config if this machine does not have the address or does not permit the port, unavailable if another
  /// process uses it.
  HttpServer(const HttpAddress& address, std::vector<Route> routes, HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::status
