/// What happens to the process as a whole: first before a job starts, and at its end.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::runtime {

/// Call it first. Occupies the numbers of standard input, output and error where they are closed, so that no file that
/// is opened later gets one of them and receives the log. Using them still fails.
void keep_standard_descriptors() noexcept;

/// Looks up host names in /etc/hosts and then by DNS, whatever nsswitch.conf says: the binary behaves the same in every
/// image.
void use_files_and_dns() noexcept;

/// Throws Error of kind config when `tz` (the value of TZ, not empty) is neither a zone below `zoneinfo` nor a file
/// nor a POSIX rule such as CET-1CEST: the C library would silently use UTC.
void check_time_zone(std::string_view tz, const std::string& zoneinfo);

/// Removes what a library created in shared memory. Call it before the process ends or becomes another program.
void remove_traces() noexcept;

/// Flushes the output and ends the process with `code`, without running the destructors of statics: a driver may still
/// be stopping threads that use them. With the address sanitizer it checks for leaks first.
[[noreturn]] void leave(int code);

/// The same without waiting for anything, not even for output: for a process that does not stop by itself.
[[noreturn]] void leave_at_once(int code) noexcept;

}  // namespace sidekick::runtime
