#include "run/logged_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sidekick/error.hpp"

namespace sidekick::run {

namespace {

/// With its other fields and escapes, a line of the log stays below 16 KiB, at which container engines split it.
constexpr std::size_t max_line_bytes = std::size_t{14} << 10;
constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
constexpr int chunks_at_once = 1;   // short lines make thousands of events, and a signal waits meanwhile
constexpr int chunks_at_last = 16;  // the largest pipe of an unprivileged user

void write_line(Log& log, std::string_view stream, const Line& line) {
  if (line.part == 0) return log.info(line.text, {{"stream", stream}});
  if (line.is_last) return log.info(line.text, {{"stream", stream}, {"part", line.part}});
  log.info(line.text, {{"stream", stream}, {"part", line.part}, {"goes_on", true}});
}

}  // namespace

LoggedOutput::Stream::Stream(Log& log, std::string_view name)
    : cutter(max_line_bytes, [&log, name](const Line& line) { write_line(log, name, line); }) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno("cannot make a pipe for the command", errno);
  out.reset(ends[0]);
  in.reset(ends[1]);
  ::fcntl(out.get(), F_SETFL, O_NONBLOCK);
}

bool LoggedOutput::Stream::take() {
  if (!out) return false;
  std::array<char, chunk_bytes> chunk;
  const auto got = ::read(out.get(), chunk.data(), chunk.size());
  if (got < 0 && errno == EINTR) return true;
  if (got < 0 && errno == EAGAIN) return false;
  if (got > 0) {
    cutter.add({chunk.data(), static_cast<std::size_t>(got)});
    return true;
  }
  cutter.finish();
  out.reset();
  return false;
}

LoggedOutput::LoggedOutput(Log& log) : out_(log, "stdout"), err_(log, "stderr") {}

void LoggedOutput::close_ends() noexcept {
  out_.in.reset();
  err_.in.reset();
}

std::array<pollfd, 2> LoggedOutput::events() const noexcept {
  return {{{out_.out.get(), POLLIN, 0}, {err_.out.get(), POLLIN, 0}}};
}

void LoggedOutput::take() {
  take(chunks_at_once);
}

void LoggedOutput::take(int most_chunks) {
  for (auto* stream : {&out_, &err_})
    for (int chunks = 0; chunks < most_chunks && stream->take(); chunks++) continue;
}

void LoggedOutput::finish() {
  take(chunks_at_last);
  out_.cutter.finish();
  err_.cutter.finish();
}

}  // namespace sidekick::run
