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

namespace sidekick {

namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock;

constexpr std::size_t max_output_bytes = std::size_t{16} << 10;
constexpr milliseconds look_again{10};  // where nothing tells of the change that is waited for
constexpr milliseconds longest_look{3'600'000};
constexpr milliseconds most_when_stopped{1'000};  // a job that was told to stop has 2 s for everything
constexpr milliseconds after_kill{500};

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

/// A child that leads a group of its own; on destruction the group is killed, if that was not seen to be gone.
class Group final {
 public:
  Group(pid_t leader, Fd output)
      : leader_(leader), handle_(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))), output_(std::move(output)) {}
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

  /// The leader's wait status once it ended.
  int status() const { return status_; }

  /// Takes what was written, and waits for more, for the leader's end, for `also`, or for `longest`.
  void watch(milliseconds longest, int also = -1) {
    take_output();
    if (leader_ended() || !handle_) longest = std::min(longest, look_again);
    std::array<pollfd, 3> events{
        {{output_.get(), POLLIN, 0}, {ended_ ? -1 : handle_.get(), POLLIN, 0}, {also, POLLIN, 0}}};
    ::poll(events.data(), events.size(), static_cast<int>(longest.count()));
  }

  /// Asks all of the group to end, and makes them when `grace` is over.
  void end(milliseconds grace) {
    ::kill(-leader_, SIGTERM);
    ::kill(-leader_, SIGCONT);
    if (wait_until_gone(grace)) return;
    ::kill(-leader_, SIGKILL);
    wait_until_gone(after_kill);
  }

  /// True when nothing of the group is left.
  bool gone() {
    // Until the leader is collected it counts as one of the group, and its number cannot be another's.
    if (!gone_ && leader_ended() && ::kill(-leader_, 0) != 0) gone_ = true;
    return gone_;
  }

  std::string output() {
    take_output();
    if (text_.size() > max_output_bytes) text_.erase(0, text_.size() - max_output_bytes);
    return std::move(text_);
  }

 private:
  bool wait_until_gone(milliseconds longest) {
    const auto deadline = Time::now() + longest;
    while (!gone() && Time::now() < deadline) watch(look_again);
    return gone();
  }

  void take_output() {
    std::array<char, max_output_bytes> chunk;
    for (int reads = 0; output_ && reads < 16; reads++) {  // who writes without end is not to keep us here
      const auto n = ::read(output_.get(), chunk.data(), chunk.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) return output_.reset();
      text_.append(chunk.data(), static_cast<std::size_t>(n));
      if (text_.size() > 4 * max_output_bytes) text_.erase(0, text_.size() - max_output_bytes);
    }
  }

  pid_t leader_;
  Fd handle_;  // none on kernels before 5.3
  Fd output_;
  std::string text_;
  int status_ = 0;
  bool ended_ = false;
  bool gone_ = false;
};

milliseconds left_until(std::optional<Time::time_point> deadline) {
  if (!deadline) return longest_look;
  return std::clamp(std::chrono::ceil<milliseconds>(*deadline - Time::now()), milliseconds(0), longest_look);
}

/// False when the time was over first.
bool wait_for_leader(Group& group, std::optional<Time::time_point> deadline, const ChildRequest& request,
                     const CancelToken& cancel) {
  while (!group.leader_ended()) {
    if (cancel.cancelled()) {
      group.end(std::min(request.grace, most_when_stopped));
      throw Error(ErrorKind::cancelled, "stopped before '" + request.argv.front() + "' was done");
    }
    const auto left = left_until(deadline);
    if (left.count() == 0) return false;
    group.watch(left, cancel.fd());
  }
  return true;
}

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation ? std::string("SIG") + abbreviation : "signal " + std::to_string(signal);
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
  std::optional<Time::time_point> deadline;
  if (request.timeout) deadline = Time::now() + *request.timeout;
  auto pipe = output_pipe();
  LaunchRequest start;
  start.argv = request.argv;
  start.folder = request.folder;
  start.environment = request.environment;
  start.stdio = {-1, pipe.in.get(), pipe.in.get()};
  Group group(launch(start), std::move(pipe.out));
  pipe.in.reset();
  ChildResult result;
  if (!wait_for_leader(group, deadline, request, cancel)) result.end = ChildEnd::timed_out;
  if (!group.gone()) group.end(request.grace);
  if (result.end != ChildEnd::timed_out) {
    const int status = group.status();
    result.end = WIFSIGNALED(status) ? ChildEnd::signalled : ChildEnd::exited;
    result.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  }
  result.output = group.output();
  return result;
}

}  // namespace sidekick
