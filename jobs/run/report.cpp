#include "run/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>

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

boost::json::string limited(std::string_view text) {
  return boost::json::string(beginning(text, max_message_bytes));
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(std::chrono::round<std::chrono::microseconds>(time)).count();
}

void add_end(boost::json::object& out, const AttemptEnd& end) {
  const bool exited = end.how == AttemptEnd::How::exited;
  out["end"] = exited ? "exited" : "signalled";
  out["code"] = end.code();
  out["signal"] = exited ? boost::json::value() : limited(signal_name(end.number));
  out["told_to_end"] = end.told_to;
  out["user_s"] = seconds(end.usage.user);
  out["system_s"] = seconds(end.usage.system);
  out["peak_kib"] = end.usage.peak_kib;
}

boost::json::object json_of(const AttemptReport& attempt) {
  boost::json::object out{
      {"attempt", attempt.number}, {"started", wall_time_text(attempt.started)}, {"took_s", seconds(attempt.took)}};
  if (attempt.end) {
    add_end(out, *attempt.end);
  } else {
    out["end"] = "not_started";
    out["failure"] = limited(attempt.failure);
  }
  return out;
}

/// The report with an empty list of attempts.
boost::json::object head_of(const Report& report) {
  return {{"command", limited(report.program)},
          {"exit_code", report.exit_code},
          {"message", limited(report.message)},
          {"skipped", report.skipped},
          {"started", wall_time_text(report.started)},
          {"ended", wall_time_text(report.ended)},
          {"took_s", seconds(report.ended - report.started)},
          {"attempt_count", report.attempts.size()},
          {"attempts", boost::json::array()}};
}

/// Our standard output or error if the path leads to it: not every such file can be opened again.
std::optional<int> own_output(const struct stat& there) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat info{};
    if (::fstat(fd, &info) == 0 && info.st_dev == there.st_dev && info.st_ino == there.st_ino) return fd;
  }
  return {};
}

/// Opening a pipe without a reader is an error instead of blocking.
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
  auto out = head_of(report);
  auto& attempts = out.at("attempts").as_array();
  auto bytes = json_text(out).size();
  for (const auto& attempt : report.attempts | std::views::reverse) {
    auto json = json_of(attempt);
    bytes += json_text(json).size() + 1;
    if (bytes > max_bytes) break;
    attempts.push_back(std::move(json));
  }
  std::ranges::reverse(attempts);
  return json_text(out);
}

}  // namespace sidekick::run
