#include "agent/runtime/lifecycle.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <unistd.h>

// Glibc has it since 2.0 but declares it in no public header of every version.
#include <nss.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "sidekick/error.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace sidekick::runtime {

namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// std offset [dst…]: at least three letters (or <…>) and then a number with an optional sign.
bool is_posix_rule(std::string_view tz) {
  std::size_t i = 0;
  if (tz.starts_with('<')) {
    const auto end = tz.find('>');
    if (end == std::string_view::npos || end < 4) return false;
    i = end + 1;
  } else {
    while (i < tz.size() && is_letter(tz[i])) i++;
    if (i < 3) return false;
  }
  if (i < tz.size() && (tz[i] == '+' || tz[i] == '-')) i++;
  return i < tz.size() && std::isdigit(static_cast<unsigned char>(tz[i])) != 0;
}

bool is_zone_file(std::string_view name, const std::string& zoneinfo) {
  const std::filesystem::path path = std::filesystem::path(zoneinfo) / name;
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

void keep_standard_descriptors() noexcept {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // Opened the wrong way round, so that reads and writes still fail.
    ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void use_files_and_dns() noexcept {
  ::__nss_configure_lookup("hosts", "files dns");
}

void leave(int code) {
  std::cout.flush();
  std::fflush(nullptr);
#ifdef __SANITIZE_ADDRESS__
  __lsan_do_leak_check();
#endif
  leave_at_once(code);
}

void remove_traces() noexcept {
  // The MongoDB driver creates its counters when it is loaded, and removes them only at an ordinary exit.
  std::array<char, 32> counters{};
  std::snprintf(counters.data(), counters.size(), "/mongoc-%d", static_cast<int>(::getpid()));
  ::shm_unlink(counters.data());
}

void leave_at_once(int code) noexcept {
  remove_traces();
  ::_exit(code);
}

void check_time_zone(std::string_view tz, const std::string& zoneinfo) {
  if (tz.starts_with(':')) tz.remove_prefix(1);
  if (tz == "UTC" || tz == "UTC0" || tz == "GMT" || is_posix_rule(tz) || is_zone_file(tz, zoneinfo)) return;
  throw Error(ErrorKind::config, "unknown time zone '" + std::string(tz) + "' (TZ)",
              "use a name such as Europe/Berlin, which needs a file in " + zoneinfo + ", or a rule such as CET-1CEST");
}

}  // namespace sidekick::runtime
