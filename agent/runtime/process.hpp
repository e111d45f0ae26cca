/// What the process settles about itself before a job starts.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::runtime {

/// To be called first. Takes the numbers of standard input, output and error where they are closed, so that nothing we
/// open gets them and is written into as if it were the log. Using them fails as before.
void keep_standard_descriptors() noexcept;

/// Host names are looked up in /etc/hosts and then by DNS, whatever nsswitch.conf says or does not say: the binary
/// behaves the same in every image.
void use_files_and_dns() noexcept;

/// Throws Error of kind config when `tz` (the value of TZ, not empty) is neither a zone below `zoneinfo` nor a file
/// nor a POSIX rule such as CET-1CEST: the C library would take it for UTC in silence.
void check_time_zone(std::string_view tz, const std::string& zoneinfo);

/// Removes what a library put into the machine's shared memory: before the process ends, or becomes another program.
void remove_traces() noexcept;

/// Ends the process with `code` after what was printed is out, without the destructors of statics: a driver may still
/// be stopping its threads, which use them. Under the address sanitizer leaks are looked for first.
[[noreturn]] void leave(int code);

/// The same without waiting for anything, output included: for a process that does not let go by itself.
[[noreturn]] void leave_at_once(int code) noexcept;

}  // namespace sidekick::runtime
