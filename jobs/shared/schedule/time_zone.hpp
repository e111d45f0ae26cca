/// Local time in a named zone, independent of the process's own TZ.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/posix_rule.hpp"
#include "schedule/tzif.hpp"

namespace sidekick::schedule {

/// The C library supports one zone per process, that of the environment; this one is a value. Immutable, and safe from
/// any thread.
class TimeZone final {
 public:
  using Time = std::chrono::sys_seconds;

  /// UTC.
  TimeZone() = default;

  /// Accepts what TZ may hold: a name of the time zone database below `folder`, with or without a leading colon, a
  /// file, a rule (PosixRule), "UTC", or nothing, which is UTC. Throws Error of kind config for anything else.
  static TimeZone named(std::string_view name, const std::string& folder = "/usr/share/zoneinfo");

  /// The span of one offset that contains `time`; adjacent spans may have the same offset.
  ZoneSpan span_at(Time time) const;

  std::chrono::local_seconds local(Time time) const;

 private:
  ZoneFile file_;
  std::optional<PosixRule> rule_;
};

}  // namespace sidekick::schedule
