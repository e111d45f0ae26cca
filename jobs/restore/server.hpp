/// The server that a restore writes to: whether it is writable, and what it supports.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "mongo/client.hpp"
#include "restore/plan.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

struct ServerVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const ServerVersion&) const = default;
};

/// "6.0.5-rc1" is 6.0.5; anything but a number is 0.
ServerVersion parse_version(const std::string& text);

struct Server {
  ServerVersion version;
  std::string version_text;
  bool replica_set = false;
  bool sharded = false;           ///< a router of a sharded cluster
  std::int32_t wire_version = 0;  ///< wire protocol version: 17 is that of 6.0
  std::string process;            ///< changes when the server is restarted; empty before 4.4

  /// Whether an insert may request that the server keeps Timestamp(0,0).
  bool keeps_zero_timestamps() const noexcept;
};

/// Finds the server, within the pool's selection_time(). Throws Error: unavailable with the reason (no such name,
/// refused, not initiated, no primary), denied.
Server find_server(mongo::Pool& pool, JobContext& context);

/// Throws Error of kind unavailable where the server was restarted since find_server(). A standalone that is killed
/// loses what it acknowledged in the last 100 ms, and this is the only sign.
void check_same_process(mongo::Pool& pool, const Server& server);

/// Throws Error of kind data naming the first collection that this server is too old or too new for.
void check_server_can_hold(const Server& server, const Plan& plan, const Settings& settings);

}  // namespace sidekick::restore
