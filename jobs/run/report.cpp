#include "run/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <ranges>
#include <string_view>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"
#include "sidekick/json.hpp"
#include "sidekick/signal_name.hpp"
#include "sidekick/utc.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::run {

namespace {

constexpr std::size_t max_message_bytes = 1000;

std::string json_text(std::string_view text) {
  return json_quoted(beginning(text, max_message_bytes));
}

std::string seconds(std::chrono::nanoseconds time) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6f", std::chrono::duration<double>(time).count());
  return text.data();
}

std::string end_json(const AttemptEnd& end) {
  const bool exited = end.how == AttemptEnd::How::exited;
  return std::string(R"(,"end":")") + (exited ? "exited" : "signalled") + R"(","code":)" + std::to_string(end.code()) +
         R"(,"signal":)" + (exited ? "null" : json_text(signal_name(end.number))) + R"(,"told_to_end":)" +
         (end.told_to ? "true" : "false") + R"(,"user_s":)" + seconds(end.usage.user) + R"(,"system_s":)" +
         seconds(end.usage.system) + R"(,"peak_kib":)" + std::to_string(end.usage.peak_kib);
}

std::string attempt_json(const AttemptReport& attempt) {
  auto out = R"({"attempt":)" + std::to_string(attempt.number) + R"(,"started":")" + wall_time_text(attempt.started) +
             R"(","took_s":)" + seconds(attempt.took);
  out += attempt.end ? end_json(*attempt.end) : R"(,"end":"not_started","failure":)" + json_text(attempt.failure);
  return out + "}";
}

std::string head_json(const Report& report) {
  return R"({"command":)" + json_text(report.program) + R"(,"exit_code":)" + std::to_string(report.exit_code) +
         R"(,"message":)" + json_text(report.message) + R"(,"skipped":)" + (report.skipped ? "true" : "false") +
         R"(,"started":")" + wall_time_text(report.started) + R"(","ended":")" + wall_time_text(report.ended) +
         R"(","took_s":)" + seconds(report.ended - report.started) + R"(,"attempt_count":)" +
         std::to_string(report.attempts.size()) + R"(,"attempts":[)";
}

/// Our standard output or error, where the path leads to it: it may be one that cannot be opened again.
std::optional<int> own_output(const struct stat& there) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat info{};
    if (::fstat(fd, &info) == 0 && info.st_dev == there.st_dev && info.st_ino == there.st_ino) return fd;
  }
  return {};
}

/// A pipe that nobody reads is an error, and not waited for.
void write_in_place(const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) throw error_from_errno("cannot write '" + path + "'", errno);
  ::fcntl(file.get(), F_SETFL, 0);
  write_whole(file.get(), text, path);
}

}  // namespace

void write_report(const std::string& path, const std::string& text) {
  struct stat there{};
  if (::stat(path.c_str(), &there) != 0) return replace_file(path, text);
  if (const auto fd = own_output(there)) return write_whole(*fd, text, path);
  if (!S_ISREG(there.st_mode)) return write_in_place(path, text);
  try {
    replace_file(std::filesystem::canonical(path).string(), text);
  } catch (const Error&) {
    write_in_place(path, text);
  }
}

std::string wall_time_text(WallTime time) {
  return utc_text(std::chrono::floor<std::chrono::milliseconds>(time));
}

std::string report_json(const Report& report, std::size_t max_bytes) {
  const auto head = head_json(report);
  std::string attempts;
  for (const auto& attempt : report.attempts | std::views::reverse) {
    auto one = attempt_json(attempt);
    if (head.size() + one.size() + attempts.size() + 4 > max_bytes) break;
    if (!attempts.empty()) one += ",";
    attempts.insert(0, one);
  }
  return head + attempts + "]}";
}

}  // namespace sidekick::run
