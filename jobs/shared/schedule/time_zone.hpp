/// Local time in a zone that is named, whatever the process's own TZ is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/posix_rule.hpp"
#include "schedule/tzif.hpp"

namespace sidekick::schedule {

/// The C library knows one zone a process, and that of the environment; this one is a value. Immutable, and safe from
/// any thread.
class TimeZone final {
 public:
  using Time = std::chrono::sys_seconds;

  /// UTC.
  TimeZone() = default;

  /// What TZ may hold: a name of the time zone database below `folder`, with or without a colon before it, a file, a
  /// rule (PosixRule), "UTC", or nothing, which is UTC. Throws Error of kind config for anything else.
  static TimeZone named(std::string_view name, const std::string& folder = "/usr/share/zoneinfo");

  /// The span of one offset that `time` lies in; those of two moments next to each other may have the same offset.
  ZoneSpan span_at(Time time) const;

  std::chrono::local_seconds local(Time time) const;

 private:
  ZoneFile file_;
  std::optional<PosixRule> rule_;
};

}  // namespace sidekick::schedule
