/// A small HTTP server for probes, figures and triggers.
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
  std::size_t max_connections = 64;           ///< a further one ends the one that has been quiet for longest
  std::uint32_t max_header_bytes = 64U << 10U;
  std::uint64_t max_body_bytes = 1U << 20U;  ///< of a POST; other requests have no body
};

/// Answers from its construction to its destruction, in a thread of its own that takes no signals. Speaks HTTP/1.1 with
/// kept connections. Nothing a client does ends or blocks it: what is malformed, too large or too slow ends that
/// client's connection.
class HttpServer final {
 public:
  /// Throws Error: config where there is no such address here or the port may not be had, unavailable where another
  /// process has it.
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
