/// Zones that differ in what can go wrong, and what the C library thinks of them.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick::test {

/// Two changes a year, half an hour, none, the southern summer, a rule, a summer that is the standard time.
constexpr std::array<const char*, 9> zones{"Europe/Berlin",
                                           "America/New_York",
                                           "Asia/Kolkata",
                                           "Australia/Lord_Howe",
                                           "UTC",
                                           "CET-1CEST,M3.5.0,M10.5.0/3",
                                           "America/Santiago",
                                           "Europe/Dublin",
                                           "<+0545>-5:45<+07>-7,J60/-2,300/26:30"};

/// The C library's TZ for as long as this lives. For one thread.
class LibraryZone final {
 public:
  explicit LibraryZone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~LibraryZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  LibraryZone(const LibraryZone&) = delete;
  LibraryZone& operator=(const LibraryZone&) = delete;

  std::tm local(std::chrono::sys_seconds time) const {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm out{};
    ::localtime_r(&seconds, &out);
    return out;
  }

 private:
  std::optional<std::string> before_;
};

}  // namespace sidekick::test
