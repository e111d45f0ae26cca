/// The files of the time zone database, as zic writes them (RFC 8536).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::schedule {

struct ZoneFile {
  struct Change {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;  ///< from then on
  };
  std::chrono::seconds first_offset{};  ///< before the first change
  std::vector<Change> changes;          ///< by time
  std::string rule;                     ///< the rule after the last change, for PosixRule; may be empty
};

/// Reads the content of a file. Throws Error of kind config, naming `name`, for an invalid or truncated file, or one
/// that counts leap seconds. Pure.
ZoneFile parse_zone_file(std::string_view bytes, std::string_view name);

}  // namespace sidekick::schedule
