#include "sidekick/launch.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Avoids linking Boost.Filesystem.
#define BOOST_PROCESS_USE_STD_FS
#include <boost/asio/io_context.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/default_launcher.hpp>
#include <boost/process/v2/process.hpp>

#include <cerrno>
#include <csignal>
#include <limits>
#include <span>
#include <type_traits>  // before the launcher, which uses it without an include

#include "sidekick/error.hpp"
#include "sidekick/exec_failure.hpp"
#include "sidekick/keeper.hpp"

namespace sidekick {

namespace {

namespace process = boost::process::v2;
using Launcher = process::posix::default_launcher;
using Path = process::filesystem::path;
using boost::system::error_code;

constexpr int old_kernel_descriptors = 1024;  // tried one by one on kernels before 5.11

/// The step in which the child failed. The launcher passes on one number: errno plus this.
enum class Stage { exec = 0, stdio = 1000, nice = 2000, identity = 3000, folder = 4000 };
constexpr int stage_width = 1000;

/// Prepares the child before it becomes the program; called by the launcher. Async-signal-safe, as required between
/// fork() and exec() of a process with threads.
struct Preparation {
  const LaunchRequest& request;
  const char* const* words;
  pid_t parent;

  error_code on_exec_setup(Launcher&, const Path&, const char* const*& argv) const noexcept {
    argv = words;  // the launcher would replace the first word by the path of the program
    pid_t above = parent;
    if (request.reports) {
      end_with(parent);
      above = ::getpid();
      if (fork_below_keeper(*request.reports) < 0) return failed(Stage::exec);
    }
    ::setpgid(0, 0);
    if (request.terminal) take_terminal(*request.terminal);
    if (request.umask) ::umask(*request.umask);
    if (!connect_stdio()) return failed(Stage::stdio);
    if (!become_nice()) return failed(Stage::nice);
    if (!change_identity()) return failed(Stage::identity);
    if (!request.folder.empty() && ::chdir(request.folder.c_str()) != 0) return failed(Stage::folder);
    end_with(above);  // after the change of identity, which resets it
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGXFSZ, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    close_on_exec();
    return {};
  }

  /// The kernel kills us if the thread that waits for us is killed.
  static void end_with(pid_t above) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != above) ::_exit(128 + SIGKILL);
  }

  static error_code failed(Stage stage) noexcept {
    errno += static_cast<int>(stage);
    return {errno, boost::system::system_category()};
  }

  /// The group is not in the foreground yet: changing the terminal would stop it.
  static void take_terminal(int terminal) noexcept {
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);
    ::tcsetpgrp(terminal, ::getpid());
  }

  bool connect_stdio() const noexcept {
    for (int target = 0; target < 3; target++) {
      const int given = request.stdio[static_cast<std::size_t>(target)];
      if (given == target) continue;
      const int source = given >= 0 ? given : ::open("/dev/null", target == 0 ? O_RDONLY : O_WRONLY);
      if (source < 0 || ::dup2(source, target) < 0) return false;
    }
    return true;
  }

  bool become_nice() const noexcept {
    if (request.nice == 0) return true;
    errno = 0;  // -1 is also a valid result
    const int now = ::getpriority(PRIO_PROCESS, 0);
    return errno == 0 && ::setpriority(PRIO_PROCESS, 0, now + request.nice) == 0;
  }

  bool change_identity() const noexcept {
    if (!request.identity) return true;
    const auto& who = *request.identity;
    if (::geteuid() != 0 && who.user == ::getuid() && who.group == ::getgid()) return true;  // nothing to change
    return ::setgroups(who.groups.size(), who.groups.data()) == 0 && ::setgid(who.group) == 0 &&
           ::setuid(who.user) == 0;
  }

  /// The launcher closes descriptors itself, but skips those below its own.
  static void close_on_exec() noexcept {
    constexpr int first = STDERR_FILENO + 1;
    if (::close_range(first, std::numeric_limits<int>::max(), CLOSE_RANGE_CLOEXEC) == 0) return;
    for (int fd = first; fd < old_kernel_descriptors; fd++) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  /// The launcher would call exit(), which flushes our buffers and runs our destructors a second time.
  void on_exec_error(Launcher&, const Path&, const char* const*, const error_code&) const noexcept { ::_exit(127); }
  /// Boost 1.81 looks for this one to detect the other.
  void on_exec_error(Launcher&, const error_code&, const Path&, const char* const*, const error_code&) const noexcept {}
};

std::string search_of(const std::vector<std::string>& environment) {
  for (const auto& variable : environment)
    if (variable.starts_with("PATH=")) return variable.substr(5);
  return std::string(usual_search);
}

bool is_file(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(text.c_str());
  all.push_back(nullptr);
  return all;
}

/// Where the child looked for `program`.
std::string program_path(const LaunchRequest& request, const std::string& program) {
  const bool is_below_folder = !request.folder.empty() && !program.starts_with('/');
  return is_below_folder ? request.folder + "/" + program : program;
}

Error not_started(const LaunchRequest& request, const std::string& program, int number) {
  auto what = "cannot run '" + request.argv.front() + "'";
  if (!request.folder.empty()) what += " in '" + request.folder + "'";
  const auto stage = static_cast<Stage>(number / stage_width * stage_width);
  number %= stage_width;
  if (stage == Stage::exec) return exec_failure(what, program_path(request, program), number);
  if (stage == Stage::nice)
    return error_from_errno(what + " with that niceness", number, "only root can lower the niceness");
  if (stage == Stage::identity)
    return error_from_errno(what + " as user " + std::to_string(request.identity->user), number,
                            "only root can switch to another user");
  if (stage == Stage::stdio) what += " with its input and output";
  return error_from_errno(what, number);
}

}  // namespace

std::string find_program(const std::string& program, const std::string& search) {
  if (program.find('/') != std::string::npos) return program;
  std::string refused;
  for (std::size_t begin = 0; begin <= search.size();) {
    const auto end = std::min(search.find(':', begin), search.size());
    const auto folder = search.substr(begin, end - begin);
    const auto path = (folder.empty() ? "." : folder) + "/" + program;
    if (is_file(path)) {
      if (::access(path.c_str(), X_OK) == 0) return path;
      refused = path;
    }
    begin = end + 1;
  }
  if (!refused.empty())
    throw Error(ErrorKind::denied, "cannot run '" + refused + "': not executable", "", Retry::never);
  throw Error(ErrorKind::no_input, "cannot run '" + program + "': no such program in PATH",
              "give its path, and check that the image has it");
}

pid_t launch(const LaunchRequest& request) {
  if (request.argv.empty()) throw Error(ErrorKind::usage, "cannot run a command without words");
  const auto program = find_program(request.argv.front(), search_of(request.environment));
  const auto arguments = std::span(request.argv).subspan(1);
  boost::asio::io_context context;
  error_code failure;
  const auto environment = pointers(request.environment);
  const auto words = pointers(request.argv);
  Launcher launcher;
  launcher.env = environment.data();
  auto child =
      launcher(context.get_executor(), failure, program, arguments, Preparation{request, words.data(), ::getpid()});
  if (failure) {
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
    throw not_started(request, program, failure.value());
  }
  return child.detach().id();
}

}  // namespace sidekick
