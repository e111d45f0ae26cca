#include "sidekick/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/launch.hpp"
#include "sidekick/lines.hpp"
#include "sidekick/signal_name.hpp"

namespace sidekick {

namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock;

constexpr std::size_t max_output_bytes = std::size_t{16} << 10;
constexpr std::size_t max_line_bytes = std::size_t{4} << 10;
// A child that writes without end must not block us; at the end, everything that a pipe can hold is read.
constexpr int most_reads = 16;
constexpr int most_last_reads = 1 << 16;
constexpr milliseconds look_again{10};  // where no descriptor reports the change
constexpr milliseconds longest_look{3'600'000};
constexpr milliseconds most_when_stopped{1'000};  // a cancelled job has 2 s for everything
constexpr milliseconds after_kill{500};
constexpr milliseconds longest_silence{10'000};  // of processes that the program left with its output

struct Pipe {
  Fd out, in;
};

Pipe output_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno("cannot make a pipe for a child", errno);
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  ::fcntl(pipe.out.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

/// The end of a pipe that a child writes to, and the consumer of its bytes.
struct Stream {
  Fd fd;
  std::function<void(std::string_view)> take;
};

/// Keeps the end of a text.
class Tail final {
 public:
  void add(std::string_view more) {
    text_.append(more);
    if (text_.size() > 4 * max_output_bytes) text_.erase(0, text_.size() - max_output_bytes);
  }

  std::string text() {
    if (text_.size() > max_output_bytes) text_.erase(0, text_.size() - max_output_bytes);
    return std::move(text_);
  }

 private:
  std::string text_;
};

/// A child that leads a group of its own. The destructor kills the group unless it is known to be gone.
class Group final {
 public:
  Group(pid_t leader, std::vector<Stream> streams)
      : leader_(leader),
        handle_(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))),
        streams_(std::move(streams)) {}
  ~Group() {
    if (gone_) return;
    ::kill(-leader_, SIGKILL);
    if (!ended_) ::waitpid(leader_, nullptr, 0);
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  bool leader_ended() {
    if (!ended_ && ::waitpid(leader_, &status_, WNOHANG) == leader_) ended_ = true;
    return ended_;
  }

  /// The wait status of the leader once it has ended.
  int status() const { return status_; }

  /// Reads what was written, and blocks until there is more, the leader ends, `also` is ready, or `longest` has passed.
  void watch(milliseconds longest, int also = -1) {
    take_output();
    if (leader_ended() || !handle_) longest = std::min(longest, look_again);
    std::vector<pollfd> events{{ended_ ? -1 : handle_.get(), POLLIN, 0}, {also, POLLIN, 0}};
    for (const auto& stream : streams_) events.push_back({stream.fd.get(), POLLIN, 0});
    ::poll(events.data(), events.size(), static_cast<int>(longest.count()));
  }

  /// Sends SIGTERM to the group, and SIGKILL after `grace`.
  void end(milliseconds grace) {
    ::kill(-leader_, SIGTERM);
    ::kill(-leader_, SIGCONT);
    if (wait_until_gone(grace)) return;
    ::kill(-leader_, SIGKILL);
    wait_until_gone(after_kill);
  }

  /// True if no process of the group is left.
  bool gone() {
    // Until the leader is reaped it counts as one of the group, and its id cannot be reused.
    if (!gone_ && leader_ended() && ::kill(-leader_, 0) != 0) gone_ = true;
    return gone_;
  }

  /// True while a process may write to the first of the streams; no byte came for `silence()`.
  bool may_write() const { return static_cast<bool>(streams_.front().fd); }
  Time::duration silence() const { return Time::now() - last_bytes_; }

  /// Discards what is still written.
  void discard_output() {
    for (auto& stream : streams_) stream.take = [](std::string_view) {};
  }

  /// Reads what was written so far.
  void take_output(int reads = most_reads) {
    for (auto& stream : streams_) take(stream, reads);
  }

 private:
  bool wait_until_gone(milliseconds longest) {
    const auto deadline = Time::now() + longest;
    while (!gone() && Time::now() < deadline) watch(look_again);
    return gone();
  }

  void take(Stream& stream, int reads) {
    std::array<char, max_output_bytes> chunk;
    for (; stream.fd && reads > 0; reads--) {
      const auto n = ::read(stream.fd.get(), chunk.data(), chunk.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) return stream.fd.reset();
      stream.take({chunk.data(), static_cast<std::size_t>(n)});
      last_bytes_ = Time::now();
    }
  }

  pid_t leader_;
  Fd handle_;  // none on kernels before 5.3
  std::vector<Stream> streams_;
  int status_ = 0;
  bool ended_ = false;
  bool gone_ = false;
  Time::time_point last_bytes_ = Time::now();
};

milliseconds left_until(std::optional<Time::time_point> deadline) {
  if (!deadline) return longest_look;
  return std::clamp(std::chrono::ceil<milliseconds>(*deadline - Time::now()), milliseconds(0), longest_look);
}

enum class Output { so_far, whole };

bool ended_well(const Group& group) {
  return WIFEXITED(group.status()) && WEXITSTATUS(group.status()) == 0;
}

/// True while output of the leader, or of a process that it left behind, is still expected.
bool is_awaited(Group& group, Output wanted) {
  if (!group.leader_ended()) return true;
  return wanted == Output::whole && ended_well(group) && group.may_write();
}

/// False if the time was over first.
bool wait_for_leader(Group& group, std::optional<Time::time_point> deadline, const ChildRequest& request, Output wanted,
                     const CancelToken& cancel) {
  std::optional<Time::time_point> ended;
  while (is_awaited(group, wanted)) {
    if (group.leader_ended() && !ended) ended = Time::now();
    group.gone();  // checked early: its id may soon be reused
    if (ended && Time::now() - *ended > longest_silence && group.silence() > longest_silence)
      throw Error(ErrorKind::io, "'" + request.argv.front() + "' has ended, and another process keeps its output open",
                  "the output of that process is lost: make the command wait for it, or redirect its output");
    if (cancel.cancelled()) {
      group.discard_output();
      group.end(std::min(request.grace, most_when_stopped));
      throw Error(ErrorKind::cancelled, "stopped before '" + request.argv.front() + "' was done");
    }
    const auto left = left_until(deadline);
    if (left.count() == 0) return false;
    group.watch(left, cancel.fd());
  }
  return true;
}

/// Blocks until no process of the group is left.
ChildResult watch_child(const ChildRequest& request, Group group, Output wanted, const CancelToken& cancel) {
  std::optional<Time::time_point> deadline;
  if (request.timeout) deadline = Time::now() + *request.timeout;
  ChildResult result;
  if (!wait_for_leader(group, deadline, request, wanted, cancel)) result.end = ChildEnd::timed_out;
  if (!group.gone()) group.end(request.grace);
  group.take_output(most_last_reads);
  if (result.end != ChildEnd::timed_out) {
    const int status = group.status();
    result.end = WIFSIGNALED(status) ? ChildEnd::signalled : ChildEnd::exited;
    result.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  }
  return result;
}

LaunchRequest with_output(const ChildRequest& request, int output, int error) {
  LaunchRequest out;
  out.argv = request.argv;
  out.folder = request.folder;
  out.environment = request.environment;
  out.stdio = {-1, output, error};
  out.umask = request.umask;
  return out;
}

}  // namespace

std::string ChildResult::description() const {
  switch (end) {
    case ChildEnd::exited:
      return "exited with " + std::to_string(code);
    case ChildEnd::signalled:
      return "was killed by " + signal_name(code);
    case ChildEnd::timed_out:
      break;
  }
  return "ran out of time";
}

ChildResult run_child(const ChildRequest& request, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  auto pipe = output_pipe();
  Tail tail;
  std::vector<Stream> streams;
  streams.push_back({std::move(pipe.out), [&](std::string_view text) { tail.add(text); }});
  const auto leader = launch(with_output(request, pipe.in.get(), pipe.in.get()));
  pipe.in.reset();
  auto result = watch_child(request, Group(leader, std::move(streams)), Output::so_far, cancel);
  result.output = tail.text();
  return result;
}

ChildResult run_child(const ChildRequest& request, const ChildOutput& output, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  auto out = output_pipe();
  auto error = output_pipe();
  Tail tail;
  LineCutter lines(max_line_bytes, [&](const Line& line) { output.line(line.text); });
  std::vector<Stream> streams;
  streams.push_back({std::move(out.out), [&](std::string_view bytes) {
                       output.bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
                     }});
  streams.push_back({std::move(error.out), [&](std::string_view text) {
                       tail.add(text);
                       lines.add(text);
                     }});
  const auto leader = launch(with_output(request, out.in.get(), error.in.get()));
  out.in.reset();
  error.in.reset();
  auto result = watch_child(request, Group(leader, std::move(streams)), Output::whole, cancel);
  lines.finish();
  result.output = tail.text();
  return result;
}

}  // namespace sidekick
